package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.AllOutputs;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.data.Measure;
import dev.octavo.tasks.metric.Compared;
import dev.octavo.tasks.metric.TaskMetric;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a network's accuracy is measured on, and as what.
 *
 * @param task what the network is for
 * @param examples with what the task measures against; closed with this
 */
record TestData(Task task, Dataset examples) implements AutoCloseable {
    /**
     * Closes the examples and throws when they do not say what the task needs to know: better now than after hours.
     */
    static TestData of(Task task, LabeledDataset examples) {
        try {
            task.metric(examples.measure());
            return new TestData(task, examples);
        } catch (RuntimeException e) {
            examples.close();
            throw e;
        }
    }

    /** The empty tally of the task on these examples. */
    TaskMetric<?> metric() {
        return task.metric(examples instanceof LabeledDataset l ? l.measure() : Measure.DEFAULT);
    }

    /** Scores one open network; {@code inputs} are the names of its required inputs. */
    Evaluation<? extends TaskMetric<?>> score(
            String title, Engine.Session network, List<String> inputs, int threads, Progress progress) {
        return score(title, network, inputs, threads, progress, metric());
    }

    private <M extends TaskMetric<M>> Evaluation<M> score(
            String title,
            Engine.Session network,
            List<String> inputs,
            int threads,
            Progress progress,
            TaskMetric<M> none) {
        @SuppressWarnings("unchecked") // A TaskMetric<M> is an M: its declaration says so.
        M empty = (M) none;
        return Evaluation.run(title, network, inputs, examples, empty, threads, progress);
    }

    /** The scores of a network by name, without the number of samples. */
    Map<String, Double> scores(Graph network, Engine.Mode mode, int threads) {
        List<String> inputs = network.requiredInputs().stream().map(Value::name).toList();
        try (Engine.Session session = OrtEngine.INSTANCE.open(network, mode, 1)) {
            Map<String, Double> scores = new LinkedHashMap<>(score("score", session, inputs, threads, Progress.NONE)
                    .metric()
                    .scores());
            scores.remove("samples");
            return scores;
        }
    }

    /** Scores several open networks side by side, the examples read once for all. */
    Evaluation<? extends Compared<?>> compare(
            String title, AllOutputs networks, String reference, List<String> inputs, int threads, Progress progress) {
        return compare(title, networks, reference, inputs, threads, progress, metric());
    }

    private <M extends TaskMetric<M>> Evaluation<Compared<M>> compare(
            String title,
            AllOutputs networks,
            String reference,
            List<String> inputs,
            int threads,
            Progress progress,
            TaskMetric<M> none) {
        @SuppressWarnings("unchecked") // A TaskMetric<M> is an M: its declaration says so.
        M empty = (M) none;
        Collection<String> names = networks.networks().keySet();
        return Evaluation.run(
                title, networks, inputs, examples, Compared.none(reference, names, empty), threads, progress);
    }

    @Override
    public void close() {
        examples.close();
    }
}
