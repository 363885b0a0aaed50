package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Conv;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Joins convolutions that read the same value in the same way into one, whose result is split: one large product takes less
 * time than many small ones, and the input is read once.
 *
 * <pre>
 *   x -> Conv(W₁, b₁) -> y₁                      x -> Conv([W₁; W₂], [b₁; b₂]) -> Split -> y₁, y₂
 *   x -> Conv(W₂, b₂) -> y₂         becomes
 * </pre>
 *
 * <p>Where each result is read by a Relu alone, one Relu goes before the Split, so that it stays with its convolution.
 *
 * <p>Keeps the outputs. The results share one grid per tensor afterwards. Leaves alone convolutions in groups, those whose
 * weight is computed, and those whose result is an output of the network, for its name must stay.
 */
public final class MergeConvolutions implements GraphPass {
    /** The name of this pass. */
    public static final String NAME = "merge-convolutions";

    /** Before this operator set, Split takes its sizes as an attribute. */
    private static final long SIZES_ARE_AN_INPUT = 13;

    private static final int FEWEST = 2;

    /** What convolutions that can be joined have in common. */
    private record Key(Value input, Shape kernel, Map<String, Attribute> attributes) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        Map<Value, List<Conv>> readers = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            Conv.of(n)
                    .ifPresent(c -> readers.computeIfAbsent(c.input(), v -> new ArrayList<>())
                            .add(c));
        }
        readers.values().stream().filter(c -> c.size() >= FEWEST).forEach(convs -> {
            Map<Key, List<Conv>> alike = new LinkedHashMap<>();
            for (Conv c : convs) {
                Optional<String> obstacle = obstacle(c);
                if (obstacle.isPresent()) {
                    journal.skipped(NAME, c.node().label(), obstacle.get());
                } else {
                    alike.computeIfAbsent(key(c), k -> new ArrayList<>()).add(c);
                }
            }
            alike.values().forEach(group -> {
                if (group.size() < FEWEST) {
                    journal.skipped(NAME, group.get(0).node().label(), "nothing else reads its input in the same way");
                } else {
                    merge(graph, group, journal);
                }
            });
        });
        graph.removeUnusedConstants();
    }

    private static Key key(Conv c) {
        Map<String, Attribute> attributes = new TreeMap<>(c.node().attributes());
        attributes.remove("kernel_shape"); // the weight's shape says it
        Shape w = c.weight().constant().orElseThrow().shape();
        return new Key(c.input(), w.withDim(0, 1), attributes);
    }

    private static Optional<String> obstacle(Conv c) {
        if (c.group() != 1) {
            return Optional.of("it works in groups");
        }
        if (!isFloat(c.weight()) || c.bias().filter(b -> !isFloat(b)).isPresent()) {
            return Optional.of("its weight or bias is computed, or not float32");
        }
        Value y = c.node().output();
        if (y.isGraphOutput()) {
            return Optional.of("its result is an output of the network");
        }
        if (y.isCaptured()) {
            return Optional.of("its result is read inside a subgraph");
        }
        return Optional.empty();
    }

    private static boolean isFloat(Value v) {
        return v.constant().filter(t -> t.dtype() == DType.FLOAT).isPresent();
    }

    /* The Relu that alone reads a result, if its name need not stay. */
    private static Optional<Node> relu(Conv c) {
        Value y = c.node().output();
        return y.uses().size() == 1
                ? Optional.of(y.uses().get(0).node())
                        .filter(n -> n.is("Relu")
                                && !n.output().isGraphOutput()
                                && !n.output().isCaptured())
                : Optional.empty();
    }

    private static void merge(Graph graph, List<Conv> group, Journal journal) {
        Conv first = group.get(0);
        String stem = first.node().output().name() + "_merged";
        boolean relus = group.stream().allMatch(c -> relu(c).isPresent());
        List<String> inputs = new ArrayList<>(List.of(
                first.input().name(),
                graph.addConstant(graph.freshName(stem + "_weight"), weights(group))
                        .name()));
        if (group.stream().anyMatch(c -> c.bias().isPresent())) {
            inputs.add(graph.addConstant(graph.freshName(stem + "_bias"), biases(group))
                    .name());
        }
        NodeSpec spec = NodeSpec.of("Conv", first.node().name() + "_merged")
                .inputs(inputs)
                .outputs(graph.freshName(stem));
        first.node().attributes().forEach(spec::attribute);
        Node last = graph.insertBefore(first.node(), spec);
        if (relus) {
            last = graph.insertAfter(
                    last,
                    NodeSpec.of("Relu", first.node().name() + "_merged_relu")
                            .inputs(last.output().name())
                            .outputs(graph.freshName(stem + "_relu")));
        }
        Node split = graph.insertAfter(last, split(graph, group, last.output().name(), stem));
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < group.size(); i++) {
            Conv c = group.get(i);
            labels.add(c.node().label());
            Value piece = split.output(i).orElseThrow();
            Optional<Node> relu = relus ? relu(c) : Optional.empty();
            graph.replaceAllUses(relu.orElse(c.node()).output(), piece);
            relu.ifPresent(graph::remove);
            graph.remove(c.node());
        }
        journal.did(
                NAME,
                labels.get(0),
                "is one convolution now with " + String.join(", ", labels.subList(1, labels.size())));
    }

    private static NodeSpec split(Graph graph, List<Conv> group, String input, String stem) {
        long[] sizes = group.stream().mapToLong(MergeConvolutions::outputs).toArray();
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            pieces.add(graph.freshName(stem + "_" + i));
        }
        NodeSpec spec = NodeSpec.of("Split", group.get(0).node().name() + "_merged_split")
                .outputs(pieces)
                .attribute("axis", new Attribute.Int(1));
        if (graph.opset() < SIZES_ARE_AN_INPUT) {
            return spec.inputs(input).attribute("split", Attribute.Ints.of(sizes));
        }
        Value constant =
                graph.addConstant(graph.freshName(stem + "_sizes"), Tensor.ofLongs(Shape.of(sizes.length), sizes));
        return spec.inputs(input, constant.name());
    }

    private static long outputs(Conv c) {
        return c.weight().constant().orElseThrow().shape().dim(0);
    }

    private static Tensor weights(List<Conv> group) {
        long out = group.stream().mapToLong(MergeConvolutions::outputs).sum();
        Shape one = group.get(0).weight().constant().orElseThrow().shape();
        Shape shape = one.withDim(0, out);
        float[] all = new float[Math.toIntExact(shape.elements())];
        int at = 0;
        for (Conv c : group) {
            float[] w = c.weight().constant().orElseThrow().floats();
            System.arraycopy(w, 0, all, at, w.length);
            at += w.length;
        }
        return Tensor.ofFloats(shape, all);
    }

    private static Tensor biases(List<Conv> group) {
        long out = group.stream().mapToLong(MergeConvolutions::outputs).sum();
        float[] all = new float[Math.toIntExact(out)];
        int at = 0;
        for (Conv c : group) {
            int n = Math.toIntExact(outputs(c));
            if (c.bias().isPresent()) {
                System.arraycopy(c.bias().get().constant().orElseThrow().floats(), 0, all, at, n);
            }
            at += n;
        }
        return Tensor.ofFloats(Shape.of(out), all);
    }
}
