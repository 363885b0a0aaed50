package dev.octavo.lidar.net;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.net.SparseNet.Sum;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What to quantize in the graph of a sparse network, in the form that ONNX Runtime runs in integers: the rows that a
 * convolution gathers from, one grid per tensor; what comes from Gather and Reshape on that same grid, or the
 * multiplication would stay in float; weights signed, one grid per output channel, the same whatever offsets a part
 * uses; biases in 32 bits.
 *
 * <p>The row of zeros lies on the rows' grid, so a missing neighbour is the zero point.
 */
public final class SparseScheme {
    /**
     * Choices.
     *
     * @param signed signed codes for activations (symmetric), one bit less for results that are never negative
     * @param integerSums quantize the operands of sums too: a graph all in integers, faster and less exact
     * @param keepFloat convolutions that stay in float
     */
    public record Options(boolean signed, boolean integerSums, Set<String> keepFloat) {
        public Options {
            keepFloat = Set.copyOf(keepFloat);
        }

        /**
         * Unsigned activations, sums in float, the first convolution in float: its input mixes metres, intensities and
         * seconds, for which one grid has no room, and it is 0.2 % of the work.
         */
        public static Options standard(SparseNet net) {
            return new Options(false, false, Set.of(net.convolutions().get(0).name()));
        }
    }

    private static final QuantSpec WEIGHT = QuantSpec.perChannel(8, true, true, 1);
    private static final String SAME = "what passes through Gather, Reshape and Concat keeps its codes";

    private final SparseGraph sparse;
    private final Graph graph;
    private final Options options;
    private final Map<Site, Choice> choices = new LinkedHashMap<>();

    private SparseScheme(SparseGraph sparse, Options options) {
        this.sparse = sparse;
        this.graph = sparse.graph();
        this.options = options;
    }

    /** The scheme for a graph. */
    public static Scheme of(SparseGraph sparse, Options options) {
        for (String name : options.keepFloat()) {
            if (!sparse.quantizable().containsKey(name)) {
                throw new dev.octavo.core.RecipeException(
                        "keeps '" + name + "' in float, but the network has no such convolution",
                        "its convolutions are " + sparse.quantizable().keySet());
            }
        }
        SparseScheme s = new SparseScheme(sparse, options);
        sparse.quantizable().forEach((name, operands) -> {
            if (options.keepFloat().contains(name)) {
                s.choices.put(new Site.OfValue(operands.bias()), new Choice.KeepFloat("kept by choice"));
            } else {
                s.convolution((Convolution) sparse.net().step(name), operands);
            }
        });
        if (options.integerSums()) {
            sparse.net().steps().stream()
                    .filter(Sum.class::isInstance)
                    .map(Sum.class::cast)
                    .forEach(s::sum);
        }
        return new Scheme(new java.util.TreeMap<>(s.choices));
    }

    private QuantSpec activation() {
        return QuantSpec.perTensor(8, options.signed(), options.signed());
    }

    private void convolution(Convolution c, SparseGraph.Operands o) {
        Site rows = new Site.OfValue(o.rows());
        choices.put(rows, new Choice.Quantize(activation(), "the input of a convolution"));
        Choice same = new Choice.SameAs(rows, SAME);
        Node concat = graph.require(o.rows()).producer().orElseThrow();
        for (int i = 0; i < concat.inputCount(); i++) {
            choices.put(Site.ofInput(concat, i), same);
        }
        for (int p = 0; p < o.gathered().size(); p++) {
            choices.put(new Site.OfValue(o.gathered().get(p)), same);
            choices.put(new Site.OfValue(o.reshaped().get(p)), same);
        }
        Choice weight = new Choice.Fixed(weightGrid(c), "weights take one grid per output channel over all offsets");
        o.weights().forEach(w -> choices.put(new Site.OfValue(w), weight));
        choices.put(
                new Site.OfValue(o.bias()),
                new Choice.Bias(rows, new Site.OfValue(o.weights().get(0)), 32, "added to integer sums"));
    }

    /** The grid of a convolution's weight: the largest magnitude per output channel over all offsets. */
    static Grid weightGrid(Convolution c) {
        Tensor w = c.weight();
        float[] values = w.floats();
        int each = values.length / c.outputs();
        List<QuantParams> params = new ArrayList<>();
        for (int o = 0; o < c.outputs(); o++) {
            float most = 0;
            for (int i = o * each; i < (o + 1) * each; i++) {
                most = Math.max(most, Math.abs(values[i]));
            }
            params.add(QuantParams.forRange(new Range(-most, most), WEIGHT));
        }
        return new Grid(WEIGHT, params);
    }

    /* The products that are added get a grid; the stream and the sum take that of the rows made of them. */
    private void sum(Sum s) {
        SparseGraph.Operands product = sparse.quantizable().get(s.first());
        if (product == null || options.keepFloat().contains(s.first())) {
            return;
        }
        Site first = new Site.OfValue(product.products().get(0));
        Choice same = new Choice.SameAs(first, "parts of one result share a grid");
        choices.put(
                first,
                new Choice.Quantize(QuantSpec.perTensor(8, options.signed(), options.signed()), "a term of a sum"));
        product.products().stream().skip(1).forEach(p -> choices.put(new Site.OfValue(p), same));
        stream(s.second());
        stream(s.name());
    }

    private void stream(String result) {
        Site rows = new Site.OfValue(result + ".rows");
        if (!choices.containsKey(rows)) {
            return; // no convolution in integers reads it: it stays in float
        }
        Node concat = graph.require(result + ".rows").producer().orElseThrow();
        for (Value piece : concat.presentInputs()) {
            if (piece.constant().isEmpty()) {
                choices.put(Site.of(piece), new Choice.SameAs(rows, "read by a convolution on this grid"));
            }
        }
    }
}
