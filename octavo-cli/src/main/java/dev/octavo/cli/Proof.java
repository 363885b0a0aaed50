package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.AllOutputs;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.tasks.metric.ComparisonMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The accuracy before and after, on the same examples: the float network, the quantized one simulated in float, and
 * the quantized one executed in integers.
 *
 * @param samples how many examples could be read
 * @param skipped examples that could not be read
 * @param facts for machines
 * @param lines for people: a heading and one line per network
 */
record Proof(long samples, List<String> skipped, Map<String, Object> facts, List<String> lines) {
    static final String FLOAT = "float";
    static final String SIMULATED = "simulated";
    static final String EXECUTED = "executed";
    private static final List<String> NETWORKS = List.of(FLOAT, SIMULATED, EXECUTED);

    /** Measures; each example is read once and run through all three. */
    static Proof of(Graph original, Graph quantized, TestData test, int threads, Console console) {
        Engine engine = OrtEngine.INSTANCE;
        Map<String, Engine.Session> open = new LinkedHashMap<>();
        try (AllOutputs all = new AllOutputs(open)) {
            open.put(FLOAT, engine.open(original, Engine.Mode.OPTIMIZED, 1));
            open.put(SIMULATED, engine.open(quantized, Engine.Mode.UNFUSED, 1));
            open.put(EXECUTED, engine.open(quantized, Engine.Mode.OPTIMIZED, 1));
            List<String> inputs =
                    original.requiredInputs().stream().map(Value::name).toList();
            if (test.task() == Task.CLASSIFICATION) {
                return classification(all, inputs, test.examples(), threads, console);
            }
            var done = test.compare("measure accuracy", all, FLOAT, inputs, threads, console);
            ComparisonText text = new ComparisonText(done.metric(), NETWORKS);
            return new Proof(text.samples(), done.skipped(), text.facts(done.skipped()), text.lines());
        }
    }

    private static Proof classification(
            AllOutputs all, List<String> inputs, Dataset test, int threads, Console console) {
        ComparisonMetric none = ComparisonMetric.none(FLOAT, NETWORKS);
        Evaluation<ComparisonMetric> done =
                Evaluation.run("measure accuracy", all, inputs, test, none, threads, console);
        ClassificationText text = new ClassificationText(done.metric(), NETWORKS);
        return new Proof(done.metric().samples(), done.skipped(), text.facts(done.skipped()), text.lines());
    }
}
