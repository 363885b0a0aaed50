package dev.octavo.lidar.pipeline;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.OrtEngine;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What each convolution's result has lost when the whole network is quantized, those before it included.
 *
 * <pre>  loss = Σ|quantized - float| / Σ|float|      over all samples; NaN where either is NaN</pre>
 *
 * <p>Simulated, so that every result can be looked at. A layer with a large loss, or one of NaN, is one to leave in float or
 * to give 16 bits.
 */
public final class DenseLosses {
    /** A tenth: where a convolution has lost more than this, its bits are too few. */
    public static final double CUT = 0.1;

    private DenseLosses() {}

    /**
     * The losses by node, worst first, NaN before all.
     *
     * @param exact in float, as it was rewritten
     * @param quantized the Q/DQ graph of it
     */
    public static Map<String, Double> of(Graph exact, Graph quantized, Dataset data) {
        List<Node> convolutions = exact.nodes().stream()
                .filter(n -> n.is("Conv") && quantized.value(n.output().name()).isPresent())
                .toList();
        List<String> values = convolutions.stream().map(n -> n.output().name()).toList();
        Map<String, double[]> sums = new LinkedHashMap<>(); // difference, whole
        values.forEach(v -> sums.put(v, new double[2]));
        try (Engine.Session a = OrtEngine.INSTANCE.open(exposing(exact, values), Mode.UNFUSED, 1);
                Engine.Session b = OrtEngine.INSTANCE.open(exposing(quantized, values), Mode.UNFUSED, 1)) {
            List<String> inputs =
                    exact.requiredInputs().stream().map(Value::name).toList();
            for (int i = 0; i < data.size(); i++) {
                Sample s = read(data, i);
                Map<String, Tensor> fed = s.inputsFor(inputs);
                add(sums, a.run(fed), b.run(fed));
            }
        }
        Map<String, Double> losses = new LinkedHashMap<>();
        convolutions.stream()
                .sorted(Comparator.comparingDouble((Node n) -> rank(loss(sums, n)))
                        .reversed())
                .forEach(n -> losses.put(n.name(), loss(sums, n)));
        return losses;
    }

    private static Sample read(Dataset data, int index) {
        try {
            return data.read(index);
        } catch (UnreadableSampleException e) {
            throw new ModelException(String.valueOf(e.getMessage()), "leave it out", e);
        }
    }

    private static Graph exposing(Graph graph, List<String> values) {
        Graph copy = graph.copy();
        for (String v : values) {
            if (!copy.require(v).isGraphOutput()) {
                copy.addOutput(copy.require(v));
            }
        }
        return copy.freeze();
    }

    private static void add(Map<String, double[]> sums, Map<String, Tensor> exact, Map<String, Tensor> quantized) {
        sums.forEach((name, sum) -> {
            float[] e = Objects.requireNonNull(exact.get(name), name).floats();
            float[] q = Objects.requireNonNull(quantized.get(name), name).floats();
            for (int i = 0; i < e.length; i++) {
                sum[0] += Math.abs((double) q[i] - e[i]);
                sum[1] += Math.abs((double) e[i]);
            }
        });
    }

    private static double loss(Map<String, double[]> sums, Node n) {
        double[] s = Objects.requireNonNull(sums.get(n.output().name()));
        return s[0] == 0 ? 0 : s[0] / s[1];
    }

    private static double rank(double loss) {
        return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
    }

    /** The nodes that lost more than {@code cut}, or came to NaN, worst first. */
    public static List<String> above(Map<String, Double> losses, double cut) {
        return losses.entrySet().stream()
                .filter(e -> !(e.getValue() <= cut))
                .map(Map.Entry::getKey)
                .toList();
    }
}
