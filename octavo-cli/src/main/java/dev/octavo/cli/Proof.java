package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.ort.evaluate.SideBySide;
import dev.octavo.tasks.metric.ClassificationMetric;
import dev.octavo.tasks.metric.ComparisonMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The accuracy before and after, on the same examples: the float network, the quantized one simulated in float, and
 * the quantized one executed in integers.
 *
 * @param metric the three tallies
 * @param skipped examples that could not be read
 */
record Proof(ComparisonMetric metric, List<String> skipped) {
    static final String FLOAT = "float";
    static final String SIMULATED = "simulated";
    static final String EXECUTED = "executed";
    private static final List<String> NETWORKS = List.of(FLOAT, SIMULATED, EXECUTED);

    /** Measures; each example is read once and run through all three. */
    static Proof of(Graph original, Graph quantized, Dataset test, int threads, Console console) {
        Engine engine = OrtEngine.INSTANCE;
        Map<String, Engine.Session> open = new LinkedHashMap<>();
        try (SideBySide all = new SideBySide(open)) {
            open.put(FLOAT, engine.open(original, Engine.Mode.OPTIMIZED, 1));
            open.put(SIMULATED, engine.open(quantized, Engine.Mode.UNFUSED, 1));
            open.put(EXECUTED, engine.open(quantized, Engine.Mode.OPTIMIZED, 1));
            List<String> inputs =
                    original.requiredInputs().stream().map(Value::name).toList();
            ComparisonMetric none = ComparisonMetric.none(FLOAT, NETWORKS);
            Evaluation<ComparisonMetric> done =
                    Evaluation.run("measure accuracy", all, inputs, test, none, threads, console);
            return new Proof(done.metric(), done.skipped());
        }
    }

    /** For machines. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("samples", metric.samples());
        facts.put("skipped", skipped);
        for (String n : NETWORKS) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("top1", share(metric.of(n).top1()));
            one.put("top5", share(metric.of(n).top5()));
            if (!n.equals(FLOAT)) {
                one.put("agreement", metric.agreement(n));
            }
            facts.put(n, one);
        }
        return facts;
    }

    /** For people: a heading and one line per network. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "%-11s %8s %8s   %s", "", "top-1", "top-5", "same class as float"));
        for (String n : NETWORKS) {
            ClassificationMetric m = metric.of(n);
            lines.add(String.format(
                    Locale.ROOT,
                    "%-11s %6.2f %% %6.2f %%%s",
                    n,
                    100 * share(m.top1()),
                    100 * share(m.top5()),
                    n.equals(FLOAT) ? "" : String.format(Locale.ROOT, "   %.2f %%", 100 * metric.agreement(n))));
        }
        return lines;
    }

    private double share(long hits) {
        return metric.samples() == 0 ? 0 : hits / (double) metric.samples();
    }
}
