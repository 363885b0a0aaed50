package dev.octavo.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.RunClock.Run;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
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

    private final List<OrtSession> sessions = new ArrayList<>();
    private final List<List<Run>> runs = new ArrayList<>();
    private final Set<Integer> running = new TreeSet<>();
    private final Map<String, OnnxTensor> fed;
    private final RunClock clock;
    private boolean backwards;

    private OrtRace(Map<String, OnnxTensor> fed, RunClock clock) {
        this.fed = fed;
        this.clock = clock;
    }

    /** Opens a session for every graph, several at a time, and runs each twice unmeasured. */
    public static OrtRace of(List<Graph> graphs, int threads, Map<String, Tensor> inputs) {
        try {
            Set<String> before = CoreWait.threads();
            List<OrtSession> opened = IntStream.range(0, graphs.size())
                    .parallel()
                    .mapToObj(i -> open(graphs.get(i), threads))
                    .toList();
            OrtRace race = new OrtRace(OrtStopwatch.feed(inputs), new RunClock(threads, before));
            opened.forEach(race::add);
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
        runs.add(new ArrayList<>());
    }

    /** Runs each network that is still in the race once, {@code rounds} times, every other time in reverse order. */
    public void run(int rounds) {
        try {
            for (int i = 0; i < rounds; i++) {
                List<Integer> order = new ArrayList<>(running);
                if (backwards) {
                    Collections.reverse(order);
                }
                backwards = !backwards;
                for (int s : order) {
                    clock.start();
                    sessions.get(s).run(fed).close();
                    runs.get(s).add(clock.stop());
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

    /** Microseconds of each run of a network so far, round by round; with one thread, of time on the core. */
    public double[] micros(int i) {
        return runs.get(i).stream().mapToDouble(Run::micros).toArray();
    }

    /** Whether it is known on this system which runs had their cores to themselves. */
    public boolean isKnowing() {
        return clock.isKnowing();
    }

    /** Which of those runs are known to have had their cores to themselves. */
    public BitSet clean(int i) {
        BitSet clean = new BitSet();
        for (int r = 0; r < runs.get(i).size(); r++) {
            clean.set(r, runs.get(i).get(r).clean());
        }
        return clean;
    }

    @Override
    public void close() {
        clock.close();
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
