package dev.octavo.cli;

import dev.octavo.tasks.metric.ClassificationMetric;
import dev.octavo.tasks.metric.ComparisonMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Several classifiers beside each other, for people and for machines. */
record ClassificationText(ComparisonMetric metric, List<String> networks) {
    /** For machines. */
    Map<String, Object> facts(List<String> skipped) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("samples", metric.samples());
        facts.put("skipped", skipped);
        for (String n : networks) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("top1", share(metric.of(n).top1()));
            one.put("top5", share(metric.of(n).top5()));
            if (!n.equals(metric.reference())) {
                one.put("agreement", metric.agreement(n));
                one.put("difference", Map.of("top1", ScoreText.facts(metric.difference(n))));
            }
            facts.put(n, one);
        }
        return facts;
    }

    /** For people: a heading and one line per network. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-11s %8s %8s   %s   %s",
                "",
                "top-1",
                "top-5",
                "same class as " + metric.reference(),
                "top-1 gained (95 %)"));
        for (String n : networks) {
            ClassificationMetric m = metric.of(n);
            String rest = "";
            if (!n.equals(metric.reference())) {
                double gained =
                        share(m.top1()) - share(metric.of(metric.reference()).top1());
                rest = String.format(
                        Locale.ROOT,
                        "   %6.2f %%              %s",
                        100 * metric.agreement(n),
                        ScoreText.difference(gained, metric.difference(n)));
            }
            lines.add(String.format(
                    Locale.ROOT, "%-11s %6.2f %% %6.2f %%%s", n, 100 * share(m.top1()), 100 * share(m.top5()), rest));
        }
        return lines;
    }

    private double share(long hits) {
        return metric.samples() == 0 ? 0 : hits / (double) metric.samples();
    }
}
