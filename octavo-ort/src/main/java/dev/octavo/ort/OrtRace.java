package dev.octavo.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Whole networks run in turn in one process, so that a machine that slows down slows all of them. What
 * falls behind can be dropped, so that time goes to those that are close.
 */
public final class OrtRace implements AutoCloseable {
    private static final int WARM_UP = 2;

    /* Of the runs of one network, the part that was at least as fast as its time. */
    private static final double QUANTILE = 0.2;

    private final List<OrtSession> sessions = new ArrayList<>();
    private final List<List<Double>> micros = new ArrayList<>();
    private final Set<Integer> running = new TreeSet<>();
    private final Map<String, OnnxTensor> fed;

    private OrtRace(Map<String, OnnxTensor> fed) {
        this.fed = fed;
    }

    /** Opens a session for every graph, several at a time, and runs each twice unmeasured. */
    public static OrtRace of(List<Graph> graphs, int threads, Map<String, Tensor> inputs) {
        try {
            OrtRace race = new OrtRace(OrtStopwatch.feed(inputs));
            IntStream.range(0, graphs.size()).parallel().mapToObj(i -> open(graphs.get(i), threads)).toList().forEach(race::add);
            for (OrtSession s : race.sessions) {
                for (int i = 0; i < WARM_UP; i++) {
                    s.run(race.fed).close();
                }
            }
            return race;
        } catch (OrtException e) {
            throw OrtStopwatch.failed(e);
        }
    }

    private static OrtSession open(Graph graph, int threads) {
        try (SessionOptions options = OrtStopwatch.options(threads)) {
            return Ort.open(graph, options);
        } catch (OrtException e) {
            throw OrtStopwatch.failed(e);
        }
    }

    private void add(OrtSession session) {
        running.add(sessions.size());
        sessions.add(session);
        micros.add(new ArrayList<>());
    }

    /** Runs each network that is still in the race once, {@code rounds} times. */
    public void run(int rounds) {
        try {
            for (int i = 0; i < rounds; i++) {
                for (int s : running) {
                    long t = System.nanoTime();
                    sessions.get(s).run(fed).close();
                    micros.get(s).add((System.nanoTime() - t) / 1e3);
                }
            }
        } catch (OrtException e) {
            throw OrtStopwatch.failed(e);
        }
    }

    /** Takes a network out of the race; its times so far stay. */
    public void drop(int i) {
        running.remove(i);
    }

    /** The networks still in the race, by their place in the list of graphs. */
    public Set<Integer> running() {
        return Set.copyOf(running);
    }

    /** Microseconds of one run: a low quantile of those measured; infinite if there were none. */
    public double micros(int i) {
        return lowQuantile(micros.get(i).stream().mapToDouble(Double::doubleValue).toArray());
    }

    static double lowQuantile(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.POSITIVE_INFINITY : sorted[(int) (QUANTILE * (sorted.length - 1))];
    }

    @Override
    public void close() {
        fed.values().forEach(OnnxTensor::close);
        try {
            for (OrtSession s : sessions) {
                s.close();
            }
        } catch (OrtException e) {
            throw OrtStopwatch.failed(e);
        }
    }
}
