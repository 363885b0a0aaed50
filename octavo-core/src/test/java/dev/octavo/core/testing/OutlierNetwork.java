package dev.octavo.core.testing;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.op.Conv;
import dev.octavo.core.tensor.Tensor;
import java.util.Optional;
import java.util.Random;

/**
 * Makes a network with activation outliers from one without, by rescaling that keeps what it computes: where a batch
 * normalization feeds one Relu and that one convolution, a few channels become 16, 32 or 64 times as large, in γ and β,
 * and the weights that read them as much smaller. Powers of two, so that float rounds as before.
 *
 * <p>Clip(0, 6), which would not let larger channels through, becomes Relu first; <em>that</em> changes the function.
 */
public final class OutlierNetwork {
    private static final int ONE_IN = 32;

    private OutlierNetwork() {}

    /** A copy of the network with Relu in place of every Clip. */
    public static Graph withRelu(Graph network) {
        Graph g = network.copy();
        for (Node n : g.nodes()) {
            if (n.is("Clip")) {
                Node relu = g.insertBefore(
                        n,
                        NodeSpec.of("Relu", n.name())
                                .inputs(n.input(0).orElseThrow().name())
                                .outputs(g.freshName(n.output().name() + "_relu")));
                g.takeOverOutput(n, relu);
            }
        }
        g.removeUnusedConstants();
        return g;
    }

    /** A copy of the network with outliers; the same seed gives the same ones. */
    public static Graph of(Graph network, long seed) {
        Graph g = network.copy();
        Random random = new Random(seed);
        for (Node n : g.nodes()) {
            Optional<Conv> reader = BatchNormalization.of(n).flatMap(OutlierNetwork::reader);
            reader.ifPresent(c -> enlarge(g, n, c, random));
        }
        return g;
    }

    private static Optional<Conv> reader(BatchNormalization norm) {
        return only(norm.node().output())
                .filter(n -> n.is("Relu"))
                .flatMap(n -> only(n.output()))
                .flatMap(Conv::of)
                .filter(c -> c.weight().constant().isPresent());
    }

    private static Optional<Node> only(Value v) {
        return v.uses().size() == 1 && !v.isGraphOutput()
                ? Optional.of(v.uses().get(0).node())
                : Optional.empty();
    }

    private static void enlarge(Graph g, Node norm, Conv reader, Random random) {
        Value gamma = norm.input(1).orElseThrow();
        Value beta = norm.input(2).orElseThrow();
        int channels = Math.toIntExact(gamma.constant().orElseThrow().elements());
        float[] factor = new float[channels];
        java.util.Arrays.fill(factor, 1);
        for (int i = 0; i < Math.max(1, channels / ONE_IN); i++) {
            factor[random.nextInt(channels)] = 1 << (4 + random.nextInt(3));
        }
        scale(g, gamma, factor);
        scale(g, beta, factor);
        Tensor w = reader.weight().constant().orElseThrow();
        int perFilter = Math.toIntExact(w.shape().dim(1));
        int kernel = Math.toIntExact(w.elements() / w.shape().dim(0) / perFilter);
        int perGroup = Math.toIntExact(w.shape().dim(0)) / reader.group();
        float[] v = w.floats();
        for (int i = 0; i < v.length; i++) {
            int c = i / kernel / perFilter / perGroup * perFilter + i / kernel % perFilter;
            v[i] /= factor[c];
        }
        g.replaceConstant(reader.weight(), Tensor.ofFloats(w.shape(), v));
    }

    private static void scale(Graph g, Value v, float[] factor) {
        Tensor t = v.constant().orElseThrow();
        float[] x = t.floats();
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor[i];
        }
        g.replaceConstant(v, Tensor.ofFloats(t.shape(), x));
    }
}
