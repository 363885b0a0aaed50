package dev.octavo.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.onnx.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Times the nodes of a graph by ONNX Runtime's own clock, and shows the graph that it really runs. */
public final class OrtStopwatch {
    /* What a session is given at least, however slow the network is. */
    private static final int LEAST_RUNS = 4;
    private static final int WARM_UP = 2;

    /* Where others use the machine too, so many times longer until there are enough runs that they did not disturb. */
    private static final int PATIENCE = 3;

    private OrtStopwatch() {}

    /**
     * What a graph became and how long its nodes took.
     *
     * @param optimized the graph that ONNX Runtime really ran, with its kernels' node names
     * @param micros microseconds per node of it: in each session the second shortest time of the runs that nobody
     *     disturbed, of the sessions the least
     * @param settled whether there were enough runs that nobody disturbed, as far as the system tells
     */
    public record Profile(Graph optimized, Map<String, Double> micros, boolean settled) {
        public Profile {
            micros = Map.copyOf(micros);
        }

        /** Microseconds of one run, all nodes together. */
        public double total() {
            return micros.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /**
     * How long to look.
     *
     * @param sessions how many sessions; where its memory lies makes one session faster than the next
     * @param runs how many runs each, after two unmeasured ones
     * @param millis when runs take longer than this in all, fewer are made
     */
    public record Effort(int sessions, int runs, long millis) {}

    /** The graph that ONNX Runtime builds of this one, with all optimizations. */
    public static Graph optimized(Graph graph) {
        return inFolder(folder -> {
            Path file = folder.resolve("optimized.onnx");
            try (SessionOptions options = options(1)) {
                options.setOptimizedModelFilePath(file.toString());
                // Nothing is run in this session: its weights need no packing for kernels.
                options.addConfigEntry("session.disable_prepacking", "1");
                Ort.open(graph, options).close();
            }
            return OnnxReader.read(Files.readAllBytes(file), Optional.of(folder));
        });
    }

    /**
     * Times the nodes of a graph.
     *
     * @param inputs one tensor per required input
     * @param optimized what {@link #optimized} gave for this graph, if it was asked before
     */
    public static Profile profile(
            Graph graph, Optional<Graph> optimized, int threads, Map<String, Tensor> inputs, Effort effort) {
        return inFolder(folder -> {
            Path file = folder.resolve("optimized.onnx");
            Map<String, Double> least = new HashMap<>();
            boolean settled = true;
            for (int s = 0; s < effort.sessions(); s++) {
                boolean toBeSaved = s == 0 && optimized.isEmpty();
                try (SessionOptions options = options(threads)) {
                    if (toBeSaved) {
                        options.setOptimizedModelFilePath(file.toString());
                    }
                    options.enableProfiling(folder.resolve("profile" + s).toString());
                    ProfileTrace trace = profileOnce(graph, options, threads, inputs, effort);
                    trace.micros().forEach((node, micros) -> least.merge(node, micros, Math::min));
                    settled &= trace.settled();
                }
            }
            Graph ran = optimized.isPresent()
                    ? optimized.get()
                    : OnnxReader.read(Files.readAllBytes(file), Optional.of(folder));
            return new Profile(ran, least, settled);
        });
    }

    private static ProfileTrace profileOnce(
            Graph graph, SessionOptions options, int threads, Map<String, Tensor> inputs, Effort effort)
            throws OrtException, IOException {
        BitSet clean = new BitSet();
        int runs = 0;
        boolean knowing;
        String trace;
        Set<String> before = CoreWait.threads();
        try (OrtSession session = Ort.open(graph, options);
                RunClock clock = new RunClock(threads, before)) {
            knowing = clock.isKnowing();
            Map<String, OnnxTensor> fed = feed(inputs);
            try {
                for (int i = 0; i < WARM_UP; i++) {
                    session.run(fed).close();
                }
                long began = System.nanoTime();
                while (!isEnough(
                        effort, runs, knowing ? clean.cardinality() : runs, (System.nanoTime() - began) / 1_000_000)) {
                    clock.start();
                    session.run(fed).close();
                    clean.set(runs, clock.stop().clean());
                    runs++;
                }
            } finally {
                fed.values().forEach(OnnxTensor::close);
            }
            trace = session.endProfiling();
        }
        return ProfileTrace.read(Path.of(trace), runs, knowing ? Optional.of(clean) : Optional.empty());
    }

    /* Runs that others disturbed do not count, within reason. */
    private static boolean isEnough(Effort effort, int runs, int clean, long millis) {
        boolean enough = clean >= effort.runs() || (clean >= LEAST_RUNS && millis >= effort.millis());
        boolean hopeless =
                runs >= LEAST_RUNS && (runs >= PATIENCE * effort.runs() || millis >= PATIENCE * effort.millis());
        return enough || hopeless;
    }

    static SessionOptions options(int threads) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        // The waiting threads of one session must not take the cores from the next one.
        options.addConfigEntry("session.force_spinning_stop", "1");
        return options;
    }

    static Map<String, OnnxTensor> feed(Map<String, Tensor> inputs) throws OrtException {
        Map<String, OnnxTensor> fed = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> e : inputs.entrySet()) {
            fed.put(e.getKey(), Tensors.toOrt(e.getValue(), e.getKey()));
        }
        return fed;
    }

    /** Something done in a folder of its own. */
    private interface InFolder<T> {
        T in(Path folder) throws OrtException, IOException;
    }

    private static <T> T inFolder(InFolder<T> work) {
        try {
            Path folder = Scratch.folder("octavo-timing");
            try {
                return work.in(folder);
            } finally {
                Scratch.remove(folder);
            }
        } catch (OrtException e) {
            throw String.valueOf(e.getMessage()).contains("serialization failed") ? noRoom(e) : failed(e);
        } catch (IOException e) {
            throw noRoom(e);
        }
    }

    private static ModelException noRoom(Exception e) {
        return new ModelException(
                "cannot write temporary files: " + e.getMessage(),
                "make room in " + System.getProperty("java.io.tmpdir") + ", or name another folder: "
                        + "OCTAVO_JAVA_OPTS=-Djava.io.tmpdir=FOLDER",
                e);
    }

    static ModelException failed(OrtException e) {
        return new ModelException(
                "ONNX Runtime cannot run the model: " + e.getMessage(),
                "check that the model runs in ONNX Runtime by itself, on inputs of the sizes that it declares",
                e);
    }
}
