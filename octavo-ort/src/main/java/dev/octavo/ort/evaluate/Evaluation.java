package dev.octavo.ort.evaluate;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.ort.Parallel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a network over a data set and tallies a metric. Each example runs alone on one thread, several
 * examples side by side, so the result does not depend on the number of threads.
 *
 * @param metric the tally over all readable examples
 * @param skipped the examples that could not be read, with reasons, in order
 */
public record Evaluation<M extends Metric<M>>(M metric, List<String> skipped) {

    /**
     * Evaluates.
     *
     * @param none the metric's empty tally
     * @param threads examples at a time
     */
    public static <M extends Metric<M>> Evaluation<M> run(
            Engine engine, Graph graph, Engine.Mode mode, Dataset data, M none, int threads, Progress progress) {
        String title = mode == Engine.Mode.UNFUSED ? "evaluate (simulated)" : "evaluate";
        List<String> inputs = graph.requiredInputs().stream().map(Value::name).toList();
        try (Engine.Session session = engine.open(graph, mode, 1)) {
            return run(title, session, inputs, data, none, threads, progress);
        }
    }

    /**
     * Evaluates what is open already.
     *
     * @param title what to call the work in the progress
     * @param inputs the names of the network's required inputs
     * @param none the metric's empty tally
     * @param threads examples at a time
     */
    public static <M extends Metric<M>> Evaluation<M> run(
            String title,
            Engine.Session session,
            List<String> inputs,
            Dataset data,
            M none,
            int threads,
            Progress progress) {
        if (data.size() == 0) {
            throw new ModelException("the data set has no examples", "name a data set with at least one");
        }
        progress.begin(title, data.size());
        try {
            List<String> skipped = Collections.synchronizedList(new ArrayList<>());
            AtomicInteger next = new AtomicInteger();
            List<Callable<M>> workers = new ArrayList<>();
            for (int t = 0; t < Math.max(1, Math.min(threads, data.size())); t++) {
                workers.add(() -> work(session, inputs, data, none, next, skipped, progress));
            }
            M total = none;
            for (M part : Parallel.all(workers, workers.size())) {
                total = total.merge(part);
            }
            if (skipped.size() == data.size()) {
                throw new ModelException("none of the examples can be read: " + skipped.get(0), "check the data set");
            }
            Collections.sort(skipped);
            return new Evaluation<>(total, List.copyOf(skipped));
        } finally {
            progress.end();
        }
    }

    private static <M extends Metric<M>> M work(
            Engine.Session session,
            List<String> inputs,
            Dataset data,
            M none,
            AtomicInteger next,
            List<String> skipped,
            Progress progress) {
        M tally = none;
        for (int i = next.getAndIncrement(); i < data.size(); i = next.getAndIncrement()) {
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
            try {
                Sample s = data.read(i);
                tally = tally.plus(s, session.run(s.inputsFor(inputs)));
            } catch (UnreadableSampleException e) {
                skipped.add(String.valueOf(e.getMessage()));
            }
            progress.advance(1);
        }
        return tally;
    }
}
