package dev.octavo.cli;

import dev.octavo.tasks.metric.Bootstrap;
import dev.octavo.tasks.metric.Compared;
import dev.octavo.tasks.metric.Interval;
import dev.octavo.tasks.metric.TaskMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Several networks' scores beside each other, for people and for machines. */
final class ComparisonText {
    private final Compared<?> metric;
    private final List<String> networks;
    private final Map<String, Map<String, Interval>> differences = new LinkedHashMap<>();

    ComparisonText(Compared<?> metric, List<String> networks) {
        this.metric = metric;
        this.networks = networks;
        for (String n : networks) {
            if (!n.equals(metric.reference())) {
                differences.put(n, metric.differences(n, Bootstrap.STANDARD));
            }
        }
    }

    private TaskMetric<?> reference() {
        return metric.of(metric.reference());
    }

    long samples() {
        return reference().samples();
    }

    /** For machines: per network its scores, and for all but the reference the intervals of the differences. */
    Map<String, Object> facts(List<String> skipped) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("samples", samples());
        facts.put("skipped", skipped);
        for (String n : networks) {
            Map<String, Object> one = new LinkedHashMap<>(metric.of(n).scores());
            one.remove("samples");
            if (differences.containsKey(n)) {
                one.put("difference", ScoreText.facts(differences.getOrDefault(n, Map.of())));
            }
            facts.put(n, one);
        }
        return facts;
    }

    /** For people: per score a heading and a line per network. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        int width = networks.stream().mapToInt(String::length).max().orElse(0);
        for (String key : ScoreText.keys(reference())) {
            Interval own = reference().intervals(Bootstrap.STANDARD).get(key);
            if (own == null && !reference().intervals(Bootstrap.STANDARD).isEmpty()) {
                continue; // the lesser scores: in the facts
            }
            lines.add(ScoreText.title(key));
            double before = reference().scores().getOrDefault(key, Double.NaN);
            for (String n : networks) {
                double score = metric.of(n).scores().getOrDefault(key, Double.NaN);
                Interval difference = differences.getOrDefault(n, Map.of()).get(key);
                String rest = own == null
                        ? ""
                        : difference == null
                                ? "   (95 %: " + ScoreText.range(own) + ")"
                                : "   " + ScoreText.difference(score - before, difference) + " against "
                                        + metric.reference();
                lines.add(String.format(Locale.ROOT, "  %-" + width + "s %6.2f %%%s", n, 100 * score, rest));
            }
        }
        return lines;
    }
}
