package dev.octavo.bench;

import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.Parallel;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.DatasetOptions.Required;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.metric.ClassificationMetric;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What of the time of {@code octavo evaluate} goes into inference and what into reading and scoring: processor time of two
 * worker threads, which others who use the machine disturb little. Each picture runs alone on one thread, as there.
 *
 * <pre>
 *   java -cp … dev.octavo.bench.EvaluateCost MODEL DATA.yaml classification|detection|segmentation [PICTURES]
 * </pre>
 */
public final class EvaluateCost {
    private static final int THREADS = 2;
    private static final int READ = 0;
    private static final int INFER = 1;
    private static final int SCORE = 2;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private EvaluateCost() {}

    /** Prints one line per part, after one pass to warm up. */
    public static void main(String[] args) throws UnreadableSampleException {
        Graph graph = OnnxReader.read(Path.of(args[0]));
        String task = args[2];
        Required required = task.equals("classification")
                ? Required.LABELS
                : task.equals("detection") ? Required.BOXES : Required.MASKS;
        int pictures = args.length > 3 ? Integer.parseInt(args[3]) : 60;
        try (LabeledDataset all = Datasets.open(Path.of(args[1]), DatasetOptions.DEFAULT.require(required));
                Engine.Session session = OrtEngine.INSTANCE.open(graph, Engine.Mode.OPTIMIZED, 1)) {
            LabeledDataset data = Datasets.spread(all, pictures);
            List<String> inputs =
                    graph.requiredInputs().stream().map(Value::name).toList();
            for (int pass = 0; pass < 3; pass++) {
                AtomicLongArray nanos = new AtomicLongArray(3);
                switch (required) {
                    case BOXES -> run(data, session, inputs, all.measure().detectionMetric(), nanos);
                    case MASKS -> run(data, session, inputs, all.measure().segmentationMetric(), nanos);
                    default -> run(data, session, inputs, ClassificationMetric.EMPTY, nanos);
                }
                print(pass, data.size(), nanos);
            }
            if (required != Required.LABELS) { // classes may be those of arrays, which nobody decodes
                System.out.printf(Locale.ROOT, "of reading, decoding alone: %.2f ms%n", decoding(all, pictures));
            }
        }
    }

    /** The floor: milliseconds to read and decode a picture with the library that comes with Java, and nothing else. */
    private static double decoding(LabeledDataset all, int pictures) throws UnreadableSampleException {
        long nanos = 0;
        for (int pass = 0; pass < 3; pass++) {
            long start = CLOCK.getCurrentThreadCpuTime();
            for (int i = 0; i < pictures; i++) {
                all.picture((int) ((long) i * all.size() / pictures));
            }
            nanos = CLOCK.getCurrentThreadCpuTime() - start;
        }
        return nanos / 1e6 / pictures;
    }

    private static void print(int pass, int n, AtomicLongArray nanos) {
        double read = nanos.get(READ) / 1e6 / n;
        double infer = nanos.get(INFER) / 1e6 / n;
        double score = nanos.get(SCORE) / 1e6 / n;
        System.out.printf(
                Locale.ROOT,
                "%s per picture: read %.2f ms, inference %.2f ms, score %.2f ms; reading and scoring add %.1f %%%n",
                pass == 0 ? "(warming up)" : "pass " + pass,
                read,
                infer,
                score,
                100 * (read + score) / infer);
    }

    private static <M extends Metric<M>> void run(
            LabeledDataset data, Engine.Session session, List<String> inputs, M none, AtomicLongArray nanos) {
        AtomicInteger next = new AtomicInteger();
        List<Callable<M>> workers = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            workers.add(() -> work(data, session, inputs, none, nanos, next));
        }
        Parallel.all(workers, THREADS);
    }

    private static <M extends Metric<M>> M work(
            LabeledDataset data,
            Engine.Session session,
            List<String> inputs,
            M none,
            AtomicLongArray nanos,
            AtomicInteger next)
            throws UnreadableSampleException {
        M tally = none;
        for (int i = next.getAndIncrement(); i < data.size(); i = next.getAndIncrement()) {
            long start = CLOCK.getCurrentThreadCpuTime();
            Sample sample = data.read(i);
            long read = CLOCK.getCurrentThreadCpuTime();
            Map<String, Tensor> outputs = session.run(sample.inputsFor(inputs));
            long inferred = CLOCK.getCurrentThreadCpuTime();
            tally = tally.plus(sample, outputs);
            nanos.addAndGet(READ, read - start);
            nanos.addAndGet(INFER, inferred - read);
            nanos.addAndGet(SCORE, CLOCK.getCurrentThreadCpuTime() - inferred);
        }
        return tally;
    }
}
