package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.smooth.SmoothOptions.Fold;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.OnnxRuntimeCpu;
import dev.octavo.quant.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tensor that can be smoothed, and how.
 *
 * @param readers who is to see it smoothed
 * @param divided whether by a division of its own; else its producer takes the factors
 * @param because why so
 */
record SmoothSite(Readers readers, boolean divided, String because) {
    private static final Target TARGET = new OnnxRuntimeCpu();

    String tensor() {
        return readers.tensor();
    }

    /** What can be smoothed of these, in the same order; the journal hears of the rest. */
    static List<SmoothSite> of(
            Graph graph, Map<String, TensorType> types, List<Readers> all, Fold wanted, Journal journal) {
        List<SmoothSite> sites = new ArrayList<>();
        List<Group> groups = Group.of(graph);
        for (Readers r : all) {
            if (wanted == Fold.NEVER) {
                sites.add(new SmoothSite(r, true, "a division of its own was asked for"));
                continue;
            }
            Optional<String> obstacle = obstacle(graph, types, r);
            if (obstacle.isEmpty()) {
                sites.add(new SmoothSite(r, false, "that is exact and costs nothing"));
            } else if (wanted == Fold.AUTO && givesFloat(graph, types, groups, r)) {
                sites.add(new SmoothSite(r, true, obstacle.get() + ", and what gives it runs in float anyway"));
            } else {
                journal.skipped(
                        SmoothQuant.NAME,
                        r.tensor(),
                        obstacle.get() + "; a division of its own would take the runtime out of integers there"
                                + " (fold: never divides all the same)");
            }
        }
        return sites;
    }

    private static Optional<String> obstacle(Graph graph, Map<String, TensorType> types, Readers r) {
        Value v = graph.require(r.tensor());
        if (!r.areAll(graph)) {
            return Optional.of(v.uses().stream()
                    .filter(u -> u.isCaptured()
                            || !r.layers().contains(u.node().output().name()))
                    .map(Use::node)
                    .map(Node::label)
                    .findFirst()
                    .map(n -> n + " reads " + r.tensor() + " too and would see it smoothed")
                    .orElse(r.tensor() + " is an output of the network"));
        }
        return ChannelFold.of(graph, types, v, r.axis(), r.channels()).obstacle();
    }

    private static boolean givesFloat(Graph graph, Map<String, TensorType> types, List<Group> groups, Readers r) {
        Value v = graph.require(r.tensor());
        return groups.stream()
                .filter(g -> g.output() == v)
                .findFirst()
                .map(g -> TARGET.obstacle(g, types).isPresent())
                .orElse(v.producer().isEmpty());
    }

    /** Smooths; returns where the factors went, in words. */
    String apply(Graph graph, Map<String, TensorType> types, SmoothingFactors s) {
        Value x = graph.require(tensor());
        for (Weighted w : readers.in(graph)) {
            graph.replaceConstant(w.weight(), WeightLayout.of(w).withScaledInputs(w.weight(), s.values()));
        }
        if (divided) {
            divide(graph, types, x, s);
            return "by a division of its own, because " + because;
        }
        var fold = ChannelFold.of(graph, types, x, readers.axis(), readers.channels());
        fold.apply(s.inverse());
        return "folded into " + String.join(", ", fold.into()) + ", for " + because;
    }

    /* A division and not a multiplication: ONNX Runtime would take the latter for one to do on 8-bit codes. */
    private void divide(Graph graph, Map<String, TensorType> types, Value x, SmoothingFactors s) {
        int rank = java.util.Objects.requireNonNull(types.get(tensor())).shape().rank();
        long[] dims = new long[rank - readers.axis()];
        java.util.Arrays.fill(dims, 1);
        dims[0] = readers.channels();
        float[] factors = new float[readers.channels()];
        for (int c = 0; c < factors.length; c++) {
            factors[c] = (float) s.values()[c];
        }
        Value divisor =
                graph.addConstant(graph.freshName(tensor() + "_factors"), Tensor.ofFloats(Shape.of(dims), factors));
        List<Weighted> layers = readers.in(graph);
        String name = graph.freshName(tensor() + "_smooth");
        Node division = graph.insertBefore(
                first(graph, layers),
                NodeSpec.of("Div", name).inputs(tensor(), divisor.name()).outputs(name));
        x.type().ifPresent(t -> graph.setType(division.output(), t));
        layers.forEach(w -> graph.setInput(w.node(), Weighted.INPUT, division.output()));
    }

    private static Node first(Graph graph, List<Weighted> layers) {
        List<Node> all = layers.stream().map(Weighted::node).toList();
        return graph.nodes().stream().filter(all::contains).findFirst().orElseThrow();
    }

    /** The value that the readers see in a graph in which the site was smoothed. */
    String seenBy(Graph graph) {
        return readers.in(graph).get(0).input().name();
    }
}
