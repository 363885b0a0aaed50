package dev.octavo.cli;

import dev.octavo.analysis.doctor.Diagnosis;
import dev.octavo.analysis.tune.Evaluated;
import dev.octavo.analysis.tune.Step;
import dev.octavo.analysis.tune.Tuner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What tuning came to, for people and for machines. */
record TuneText(Tuner.Result result) {
    String text() {
        StringBuilder out = new StringBuilder();
        out.append("float: ").append(scores(result.truth())).append('\n');
        result.evaluated().forEach(e -> out.append(line(e)));
        if (!result.suspects().isEmpty()) {
            out.append("16 bits miss the target: that is no matter of bits but of use. The suspects:\n");
            for (Diagnosis d : result.suspects()) {
                out.append(String.format(Locale.ROOT, "  %s: %s; %s%n", d.site(), d.cause(), d.evidence()));
            }
        }
        out.append("nothing else is better in both accuracy and int8 share than:\n");
        result.front().forEach(e -> out.append(line(e)));
        result.best().ifPresent(b -> {
            out.append("kept: ").append(line(b.result()));
            for (Step s : b.steps()) {
                out.append(String.format(Locale.ROOT, "  %s: %s%n", s.remedy().name(), s.because()));
            }
        });
        return out.toString();
    }

    private static String line(Evaluated e) {
        return String.format(
                Locale.ROOT,
                "%s %-10s %-30s int8 %5.1f %%  %s%n",
                e.reached() ? "+" : "-",
                e.stage(),
                e.what(),
                100 * e.int8(),
                scores(e.measures()));
    }

    private static String scores(Map<String, Double> all) {
        StringBuilder out = new StringBuilder();
        List.of("top1", "top5").stream()
                .filter(all::containsKey)
                .forEach(k -> out.append(
                        String.format(Locale.ROOT, "%s %.2f %%  ", k, 100 * all.getOrDefault(k, Double.NaN))));
        if (all.containsKey("sqnr_db")) {
            out.append(String.format(Locale.ROOT, "%.1f dB", all.get("sqnr_db")));
        }
        return out.toString().strip();
    }

    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("float", result.truth());
        facts.put("evaluated", result.evaluated());
        facts.put("front", result.front());
        facts.put(
                "suspects",
                result.suspects().stream().map(d -> d.site() + ": " + d.cause()).toList());
        result.best().ifPresent(b -> {
            facts.put("best", b.result());
            facts.put(
                    "steps",
                    b.steps().stream()
                            .map(s -> Map.of("recipe", s.remedy().recipe(), "because", s.because()))
                            .toList());
        });
        return facts;
    }
}
