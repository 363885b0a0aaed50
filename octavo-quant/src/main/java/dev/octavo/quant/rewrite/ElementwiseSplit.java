package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.SplitRange.Cut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Applies an operator that works element by element to each group of its operands, and joins the results along the axis.
 * Groups of neighbours in their order are cut with Slice; others are gathered, and the result is gathered back.
 */
final class ElementwiseSplit {
    private static final Set<String> OF_ALL = Set.of("Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "PRelu");
    private static final Set<String> OF_FIRST = Set.of(
            "Relu",
            "Clip",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "LeakyRelu",
            "Elu",
            "Tanh",
            "Gelu",
            "Erf",
            "Exp",
            "Log",
            "Sqrt",
            "Neg",
            "Abs",
            "Sin",
            "Cos",
            "Reciprocal",
            "Softplus");

    private final Graph graph;
    private final Map<String, TensorType> types;
    private final int axis;

    /**
     * A split.
     *
     * @param types shapes by value name, as far as known
     * @param axis the axis to cut, negative: counted from the last, which operands of fewer axes share
     */
    ElementwiseSplit(Graph graph, Map<String, TensorType> types, int axis) {
        this.graph = graph;
        this.types = types;
        this.axis = axis;
    }

    static boolean isElementwise(Node n) {
        return n.domain().isEmpty()
                && n.presentOutputs().size() == 1
                && (OF_ALL.contains(n.type()) || OF_FIRST.contains(n.type()));
    }

    void apply(Use use, Cut cut, Journal journal) {
        Node n = use.node();
        int extent = cut.groups().stream().mapToInt(g -> g.length).sum();
        Optional<String> obstacle = obstacle(use, extent);
        if (obstacle.isPresent()) {
            journal.skipped(SplitRange.NAME, use.isCaptured() ? "a subgraph" : n.label(), obstacle.get());
            return;
        }
        String where = n.label();
        split(n, cut, extent);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cut.groups().size(); i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s%d up to %.4g",
                    i == 0 ? "" : ", ",
                    cut.groups().get(i).length,
                    cut.largest().get(i)));
        }
        journal.did(SplitRange.NAME, where, "works on " + cut.groups().size() + " groups of elements: " + text);
    }

    private Optional<String> obstacle(Use use, int extent) {
        Node n = use.node();
        if (use.isCaptured() || !isElementwise(n)) {
            return Optional.of("it does not work element by element");
        }
        if (OF_FIRST.contains(n.type()) && use.input() != 0) {
            return Optional.of("the value is a parameter there, no operand");
        }
        int operands = OF_ALL.contains(n.type()) ? n.inputCount() : 1;
        for (int i = 0; i < operands; i++) {
            Optional<Value> v = n.input(i);
            if (v.isPresent() && extent(v.get()).isEmpty()) {
                return Optional.of("the shape of " + v.get().name() + " is not known");
            }
            if (v.isPresent() && extent(v.get()).get() != 1 && extent(v.get()).get() != extent) {
                return Optional.of(v.get().name() + " has " + extent(v.get()).get() + " elements there, not " + extent);
            }
        }
        return Optional.empty();
    }

    /* The extent of a value along the axis; 1 where it has no such axis. */
    private Optional<Long> extent(Value v) {
        return SteadyValue.of(v)
                .map(Tensor::shape)
                .or(() -> Optional.ofNullable(types.get(v.name())).map(TensorType::shape))
                .map(s -> s.rank() < -axis ? 1L : s.dim(axis))
                .filter(d -> d > 0);
    }

    private void split(Node n, Cut cut, int extent) {
        List<String> parts = new ArrayList<>();
        String stem = n.output().name();
        for (int g = 0; g < cut.groups().size(); g++) {
            List<String> inputs = new ArrayList<>();
            for (int i = 0; i < n.inputCount(); i++) {
                Optional<Value> v = n.input(i);
                boolean operand = i == 0 || OF_ALL.contains(n.type());
                boolean whole = v.isEmpty() || !operand || extent(v.get()).orElse(1L) != extent;
                inputs.add(
                        v.isEmpty()
                                ? ""
                                : whole
                                        ? v.get().name()
                                        : part(n, v.get(), cut.groups().get(g), g));
            }
            String out = graph.freshName(stem + "_group_" + g);
            NodeSpec spec = NodeSpec.of(n.type(), n.name() + "_group_" + g)
                    .inputs(inputs)
                    .outputs(out);
            n.attributes().forEach(spec::attribute);
            graph.insertBefore(n, spec);
            parts.add(out);
        }
        int[] order = cut.groups().stream().flatMapToInt(Arrays::stream).toArray();
        boolean sorted = isRun(order);
        String joined = graph.freshName(stem + "_joined");
        Node last = graph.insertBefore(
                n,
                NodeSpec.of("Concat", n.name() + "_joined")
                        .inputs(parts)
                        .outputs(joined)
                        .attribute("axis", new Attribute.Int(axis)));
        graph.takeOverOutput(n, sorted ? last : gather(n, joined, inverse(order), stem + "_ordered"));
    }

    private String part(Node n, Value v, int[] members, int g) {
        Optional<Tensor> steady = SteadyValue.of(v);
        if (steady.isPresent()) {
            String name = SteadyValue.origin(v).name() + "_group_" + g;
            Tensor cut = elements(steady.get(), members);
            return graph.value(name)
                    .filter(known -> known.constant().filter(cut::equals).isPresent())
                    .orElseGet(() -> graph.addConstant(graph.freshName(name), cut))
                    .name();
        }
        String stem = n.output().name() + "_operand_" + v.name() + "_group_" + g;
        return isRun(members)
                ? slice(n, v.name(), members, stem)
                : gather(n, v.name(), Arrays.stream(members).asLongStream().toArray(), stem)
                        .output()
                        .name();
    }

    private String slice(Node n, String from, int[] members, String stem) {
        String out = graph.freshName(stem);
        graph.insertBefore(
                n,
                NodeSpec.of("Slice", out)
                        .inputs(
                                from,
                                longs(out + "_start", members[0]),
                                longs(out + "_end", members[members.length - 1] + 1L),
                                longs(out + "_axis", axis))
                        .outputs(out));
        return out;
    }

    private Node gather(Node n, String from, long[] indices, String stem) {
        String out = graph.freshName(stem);
        return graph.insertBefore(
                n,
                NodeSpec.of("Gather", out)
                        .inputs(from, longs(out + "_indices", indices))
                        .outputs(out)
                        .attribute("axis", new Attribute.Int(axis)));
    }

    private String longs(String name, long... values) {
        return graph.addConstant(graph.freshName(name), Tensor.ofLongs(Shape.of(values.length), values))
                .name();
    }

    private static boolean isRun(int[] members) {
        for (int i = 1; i < members.length; i++) {
            if (members[i] != members[i - 1] + 1) {
                return false;
            }
        }
        return true;
    }

    private static long[] inverse(int[] order) {
        long[] at = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            at[order[i]] = i;
        }
        return at;
    }

    /* The elements of a tensor at these places of the axis. */
    private Tensor elements(Tensor t, int[] members) {
        Shape s = t.shape();
        int at = axis + s.rank();
        int inner = 1;
        for (int i = at + 1; i < s.rank(); i++) {
            inner *= (int) s.dim(i);
        }
        int extent = (int) s.dim(at);
        float[] all = t.floats();
        int outer = all.length / (inner * extent);
        float[] kept = new float[outer * members.length * inner];
        for (int o = 0; o < outer; o++) {
            for (int m = 0; m < members.length; m++) {
                System.arraycopy(all, (o * extent + members[m]) * inner, kept, (o * members.length + m) * inner, inner);
            }
        }
        return Tensor.ofFloats(s.withDim(at, members.length), kept);
    }
}
