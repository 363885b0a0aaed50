package dev.octavo.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times graphs as ONNX Runtime runs them: node by node, or whole graphs side by side. */
public final class OrtStopwatch {
    private static final String KERNEL = "_kernel_time";

    private OrtStopwatch() {}

    /**
     * What a graph became and how long its nodes took.
     *
     * @param optimized the graph that ONNX Runtime really ran, its kernels' node names
     * @param micros microseconds per node of it, a low quantile over the runs
     */
    public record Profile(Graph optimized, Map<String, Double> micros) {
        /** Microseconds of one run, all nodes together. */
        public double total() {
            return micros.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /** The graph that ONNX Runtime builds of this one, with all optimizations. */
    public static Graph optimized(Graph graph) {
        return inFolder(folder -> {
            Path file = folder.resolve("optimized.onnx");
            try (SessionOptions options = options(1)) {
                options.setOptimizedModelFilePath(file.toString());
                open(graph, options).close();
            }
            return OnnxReader.read(Files.readAllBytes(file), java.util.Optional.of(folder));
        });
    }

    /**
     * Runs a graph and reads ONNX Runtime's own clock.
     *
     * @param inputs one tensor per required input
     * @param runs how often, after two unmeasured runs
     */
    public static Profile profile(Graph graph, int threads, Map<String, Tensor> inputs, int runs) {
        return inFolder(folder -> {
            Path file = folder.resolve("optimized.onnx");
            String trace;
            try (SessionOptions options = options(threads)) {
                options.setOptimizedModelFilePath(file.toString());
                options.enableProfiling(folder.resolve("profile").toString());
                try (OrtSession session = open(graph, options)) {
                    Map<String, OnnxTensor> fed = feed(inputs);
                    for (int i = 0; i < runs + 2; i++) {
                        session.run(fed).close();
                    }
                    trace = session.endProfiling();
                    fed.values().forEach(OnnxTensor::close);
                }
            }
            Graph optimized = OnnxReader.read(Files.readAllBytes(file), java.util.Optional.of(folder));
            return new Profile(optimized, readTrace(Path.of(trace), runs));
        });
    }

    /**
     * Runs graphs in turn, so that a machine that slows down slows all of them.
     *
     * @param runs how often each, after three unmeasured runs
     * @return per graph the time of each run in microseconds, sorted
     */
    public static List<double[]> interleaved(List<Graph> graphs, int threads, Map<String, Tensor> inputs, int runs) {
        List<OrtSession> sessions = new ArrayList<>();
        try (SessionOptions options = options(threads)) {
            for (Graph g : graphs) {
                sessions.add(open(g, options));
            }
            Map<String, OnnxTensor> fed = feed(inputs);
            double[][] micros = new double[graphs.size()][runs];
            for (int i = -3; i < runs; i++) {
                for (int s = 0; s < sessions.size(); s++) {
                    long t = System.nanoTime();
                    sessions.get(s).run(fed).close();
                    if (i >= 0) {
                        micros[s][i] = (System.nanoTime() - t) / 1e3;
                    }
                }
            }
            fed.values().forEach(OnnxTensor::close);
            for (double[] m : micros) {
                Arrays.sort(m);
            }
            return List.of(micros);
        } catch (OrtException e) {
            throw failed(e);
        } finally {
            for (OrtSession s : sessions) {
                closeQuietly(s);
            }
        }
    }

    private static void closeQuietly(OrtSession s) {
        try {
            s.close();
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    private static SessionOptions options(int threads) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        return options;
    }

    private static OrtSession open(Graph graph, SessionOptions options) throws OrtException {
        return Ort.environment().createSession(OnnxWriter.toBytes(graph), options);
    }

    private static Map<String, OnnxTensor> feed(Map<String, Tensor> inputs) throws OrtException {
        Map<String, OnnxTensor> fed = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> e : inputs.entrySet()) {
            fed.put(e.getKey(), Tensors.toOrt(e.getValue(), e.getKey()));
        }
        return fed;
    }

    private static Map<String, Double> readTrace(Path trace, int runs) throws IOException {
        Map<String, List<Double>> all = new HashMap<>();
        try (JsonParser json = new JsonFactory().createParser(trace.toFile())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.START_OBJECT) {
                    readEvent(json, all);
                }
            }
        }
        Map<String, Double> micros = new HashMap<>();
        all.forEach((node, times) -> {
            List<Double> counted = times.subList(Math.max(0, times.size() - runs), times.size()).stream()
                    .sorted()
                    .toList();
            // A low quantile: what the node takes when nobody else takes the core.
            micros.put(node, counted.get(counted.size() / 5));
        });
        return micros;
    }

    private static void readEvent(JsonParser json, Map<String, List<Double>> all) throws IOException {
        String name = "";
        double micros = -1;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            if (key.equals("name")) {
                name = json.getText();
            } else if (key.equals("dur")) {
                micros = json.getDoubleValue();
            } else if (value == JsonToken.START_OBJECT || value == JsonToken.START_ARRAY) {
                json.skipChildren();
            }
        }
        if (name.endsWith(KERNEL) && micros >= 0) {
            all.computeIfAbsent(name.substring(0, name.length() - KERNEL.length()), k -> new ArrayList<>())
                    .add(micros);
        }
    }

    /** Something done in a folder of its own. */
    private interface InFolder<T> {
        T in(Path folder) throws OrtException, IOException;
    }

    private static <T> T inFolder(InFolder<T> work) {
        try {
            Path folder = Files.createTempDirectory("octavo-timing");
            try {
                return work.in(folder);
            } finally {
                Ort.delete(folder);
            }
        } catch (OrtException e) {
            throw failed(e);
        } catch (IOException e) {
            throw new ModelException(
                    "cannot use a temporary folder: " + e.getMessage(),
                    "make room in " + System.getProperty("java.io.tmpdir") + " or set -Djava.io.tmpdir",
                    e);
        }
    }

    private static ModelException failed(OrtException e) {
        return new ModelException("ONNX Runtime cannot run the model: " + e.getMessage(), "", e);
    }
}
