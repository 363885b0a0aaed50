package dev.octavo.quant.refine;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The channel means of some values, sample by sample, from one session: a mean over all places is added to the graph
 * for each value, so that no tensor leaves the engine whole.
 *
 * @param means by value name, {@code [samples][C]}
 * @param outputs the network's own float outputs, by name, {@code [samples][elements]}
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere, and large
record OutputMeans(Map<String, double[][]> means, Map<String, float[][]> outputs) {

    /**
     * Runs the samples.
     *
     * @param values what to average: {@code [N, C]}, or {@code [N, C, D…]}
     */
    static OutputMeans of(Engine engine, Graph graph, List<Value> values, List<Map<String, Tensor>> samples) {
        Graph probe = graph.copy();
        Map<String, String> names = new LinkedHashMap<>(); // value -> what holds its means
        for (Value v : values) {
            names.put(v.name(), mean(probe, v));
        }
        Map<String, double[][]> means = new LinkedHashMap<>();
        Map<String, float[][]> outputs = new LinkedHashMap<>();
        names.keySet().forEach(v -> means.put(v, new double[samples.size()][]));
        graph.outputs().forEach(v -> outputs.put(v.name(), new float[samples.size()][]));
        try (Engine.Session session = engine.open(probe, Engine.Mode.UNFUSED, 1)) {
            runAll(session, samples, (i, out) -> {
                names.forEach((v, name) -> at(means, v)[i] = doubles(out.get(name)));
                graph.outputs().forEach(v -> at(outputs, v.name())[i] = floats(out.get(v.name())));
            });
        }
        return new OutputMeans(means, outputs);
    }

    private interface Taker {
        void take(int sample, Map<String, Tensor> outputs);
    }

    /* Each sample fills its own places, so the order does not matter. */
    private static void runAll(Engine.Session session, List<Map<String, Tensor>> samples, Taker taker) {
        java.util.stream.IntStream.range(0, samples.size())
                .parallel()
                .forEach(i -> taker.take(i, session.run(samples.get(i))));
    }

    private static <T> T at(Map<String, T> map, String key) {
        return java.util.Objects.requireNonNull(map.get(key), key);
    }

    private static String mean(Graph probe, Value v) {
        Value twin = probe.require(v.name());
        boolean flat = twin.producer().orElseThrow().is("Gemm");
        if (flat) {
            if (!twin.isGraphOutput()) {
                probe.addOutput(twin);
            }
            return v.name();
        }
        String name = probe.freshName(v.name() + "_mean");
        probe.addNode(NodeSpec.of("GlobalAveragePool", name).inputs(v.name()).outputs(name));
        probe.addOutput(probe.require(name));
        return name;
    }

    private static float[] floats(@org.jspecify.annotations.Nullable Tensor t) {
        return t == null || t.dtype() != DType.FLOAT ? new float[0] : t.floats();
    }

    private static double[] doubles(@org.jspecify.annotations.Nullable Tensor t) {
        float[] f = floats(t);
        double[] d = new double[f.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = f[i];
        }
        return d;
    }

    /**
     * Mean over outputs of Σ(float − this)² / Σ float², over some of the samples.
     *
     * @param from the first sample that counts
     * @param step how many to go on each time
     */
    double error(OutputMeans inFloat, int from, int step) {
        List<Double> errors = new ArrayList<>();
        inFloat.outputs.forEach((name, real) -> {
            double difference = 0;
            double power = 0;
            for (int i = from; i < real.length; i += step) {
                float[] got = at(outputs, name)[i];
                for (int k = 0; k < Math.min(got.length, real[i].length); k++) {
                    double d = (double) real[i][k] - got[k];
                    difference += d * d;
                    power += (double) real[i][k] * real[i][k];
                }
            }
            errors.add(power == 0 ? difference : difference / power);
        });
        return errors.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
