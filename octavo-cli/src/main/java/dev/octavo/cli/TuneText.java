package dev.octavo.cli;

import dev.octavo.analysis.doctor.Diagnosis;
import dev.octavo.analysis.tune.Evaluated;
import dev.octavo.analysis.tune.Measures;
import dev.octavo.analysis.tune.Shares;
import dev.octavo.analysis.tune.Step;
import dev.octavo.analysis.tune.Target;
import dev.octavo.analysis.tune.Tuner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What tuning came to, for people and for machines. */
record TuneText(Tuner.Result result, List<Target> targets) {
    private static final int FEW_OUTPUTS = 4;

    String text() {
        StringBuilder out = new StringBuilder();
        out.append("targets: ")
                .append(String.join(", ", targets.stream().map(Target::toString).toList()))
                .append("\nfloat: ")
                .append(scores(Measures.scores(result.truth())))
                .append("\n+ reaches the targets; shares are int8/int16/float of multiply-accumulates and of values\n");
        result.evaluated().forEach(e -> out.append(line(e, targets)).append('\n'));
        if (!result.suspects().isEmpty()) {
            out.append("16 bits miss the target: that is no matter of bits but of use. The suspects:\n");
            for (Diagnosis d : result.suspects()) {
                out.append(String.format(Locale.ROOT, "  %s: %s; %s%n", d.site(), d.cause(), d.evidence()));
            }
        }
        out.append("nothing else is better in both accuracy and int8 share than:\n");
        result.front().forEach(e -> out.append(line(e, targets)).append('\n'));
        if (result.late()) {
            out.append("time was up before the search was done: the same command goes on from here\n");
        }
        result.best().ifPresent(b -> {
            out.append("kept: ").append(line(b.result(), targets)).append('\n');
            for (Step s : b.steps()) {
                out.append(String.format(Locale.ROOT, "  %s: %s%n", s.name(), s.because()));
            }
        });
        return out.toString();
    }

    /** One measurement. */
    static String line(Evaluated e, List<Target> targets) {
        Shares s = e.shares();
        return String.format(
                        Locale.ROOT,
                        "%s %-9s %-26s MACs %5.1f/%5.1f/%5.1f %%  values %5.1f/%5.1f/%5.1f %%  %s",
                        e.reached() ? "+" : "-",
                        e.stage(),
                        e.what(),
                        100 * s.int8(),
                        100 * s.int16(),
                        100 * s.floats(),
                        100 * s.int8Values(),
                        100 * s.int16Values(),
                        100 * s.floatValues(),
                        measures(e.measures(), targets))
                .strip();
    }

    private static String measures(Map<String, Double> all, List<Target> targets) {
        List<String> parts = new ArrayList<>();
        String scores = scores(all);
        if (!scores.isEmpty()) {
            parts.add(scores);
        }
        List<String> outputs = Measures.outputs(all);
        if (outputs.size() > 1 && outputs.size() <= FEW_OUTPUTS) {
            outputs.forEach(o ->
                    parts.add(String.format(Locale.ROOT, "%s %.1f dB", o, all.getOrDefault(o + " sqnr", Double.NaN))));
        } else if (all.containsKey(Measures.SQNR)) {
            parts.add(String.format(Locale.ROOT, "%.1f dB", all.get(Measures.SQNR)));
        }
        for (Target t : targets) {
            String kind = t.kind().name().toLowerCase(Locale.ROOT);
            if (t.kind() == Target.Kind.COSINE || t.kind() == Target.Kind.L1) {
                outputs.stream()
                        .filter(o -> t.of().equals(o) || t.of().equals(Target.ALL))
                        .forEach(o -> parts.add(String.format(
                                Locale.ROOT, "%s %s %.6g", o, kind, all.getOrDefault(o + " " + kind, Double.NaN))));
            }
        }
        return String.join("  ", parts);
    }

    private static String scores(Map<String, Double> all) {
        return String.join(
                "  ",
                ScoreText.keys(all).stream()
                        .map(k -> ScoreText.title(k) + " " + ScoreText.percent(all.getOrDefault(k, Double.NaN)))
                        .toList());
    }

    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("targets", targets.stream().map(Target::toString).toList());
        facts.put("float", result.truth());
        facts.put("evaluated", result.evaluated());
        facts.put("front", result.front());
        facts.put("late", result.late());
        facts.put(
                "suspects",
                result.suspects().stream().map(d -> d.site() + ": " + d.cause()).toList());
        result.best().ifPresent(b -> {
            facts.put("best", b.result());
            facts.put(
                    "steps",
                    b.steps().stream()
                            .map(s -> Map.of("recipe", s.recipe(), "because", s.because()))
                            .toList());
        });
        return facts;
    }
}
