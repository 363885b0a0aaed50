package dev.octavo.quant.rewrite;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.range.RelativeRounding;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.PassOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives the parts of a tensor that differ in magnitude grids of their own: cuts it along an axis into groups of like
 * magnitude, applies to each group what reads the tensor, and joins the results.
 *
 * <pre>
 *   x / c        becomes        Concat( x / c[:k],  x / c[k:] )           c from 1 to 8660, say
 * </pre>
 *
 * <p>Keeps the outputs, to the last bit. Without {@code on}, splits constants that multiply or divide and of which a
 * quarter or more would be off by over a tenth in 8 bits. Leaves alone what is read by anything that does not work element by
 * element.
 *
 * <p>Source: the sine position embeddings of transformers, whose divisor 10000^(2i/d) no linear grid holds.
 */
public final class SplitRange implements GraphPass {
    /** The name in recipes. */
    public static final String NAME = "split-range";

    /** A constant of which so great a share is rounded coarsely does not fit one grid. */
    public static final double MIXED = 0.25;

    private static final long NEGATIVE_AXES = 11;
    private static final int MOST_ELEMENTS = 4096;
    private static final QuantSpec EIGHT_BITS = QuantSpec.perTensor(8, false, false);

    private final List<Glob> on;
    private final boolean named;
    private final int groups;
    private final int axis;

    /**
     * A split.
     *
     * @param options {@code on}: globs of constants and activations; {@code groups}: 2 to 16, default 2; {@code axis}:
     *     the axis to cut, negative from the last, default -1
     */
    public SplitRange(PassOptions options) {
        options.knowing("on", "groups", "axis");
        on = options.globs("on");
        named = options.values().containsKey("on");
        groups = options.integer("groups", 2);
        axis = options.integer("axis", -1);
        if (groups < 2 || groups > 16) {
            throw new RecipeException("groups is " + groups, "2 to 16 groups are possible");
        }
    }

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
        apply(graph, Witness.NONE, journal);
    }

    @Override
    public void apply(Graph graph, Witness witness, Journal journal) {
        for (Value v : graph.values()) {
            if (v.isCaptured() || on.stream().noneMatch(g -> g.matches(v.name()))) {
                continue;
            }
            if (graph.opset() < NEGATIVE_AXES) {
                if (named) {
                    journal.skipped(NAME, v.name(), "before opset 11 an axis cannot count from the last");
                }
            } else if (v.constant().isPresent()) {
                constant(graph, v, witness, journal);
            } else if (named) {
                activation(graph, v, witness, journal);
            }
        }
        graph.removeUnusedConstants();
    }

    /* A constant is cut where it meets the other operand, behind whatever gives it another shape. */
    private void constant(Graph graph, Value constant, Witness witness, Journal journal) {
        if (!named && SteadyValue.of(constant).filter(SplitRange::isMixed).isEmpty()) {
            return;
        }
        for (Use u : SteadyValue.readers(constant)) {
            Value seen = u.node().input(u.input()).orElseThrow();
            Optional<Tensor> tensor = SteadyValue.of(seen);
            boolean factor = u.node().is("Mul") || u.node().is("Div");
            if (tensor.isEmpty() || (!named && !factor)) {
                continue;
            }
            Optional<double[]> magnitudes = magnitudes(tensor.get());
            if (magnitudes.isEmpty()) {
                journal.skipped(NAME, constant.name(), "it has no axis " + axis + " of 2 to 4096 elements");
                continue;
            }
            Cut cut = Cut.of(RangeGroups.of(magnitudes.get(), groups), magnitudes.get());
            new ElementwiseSplit(graph, types(graph, witness), axis).apply(u, cut, journal);
            removeUnread(graph, seen);
        }
    }

    /* What gave a constant its shape goes with its last reader. */
    private static void removeUnread(Graph graph, Value v) {
        if (v.uses().isEmpty() && !v.isGraphOutput() && v.producer().isPresent()) {
            Node n = v.producer().get();
            Optional<Value> before = n.input(0);
            graph.remove(n);
            before.ifPresent(b -> removeUnread(graph, b));
        }
    }

    private static boolean isMixed(Tensor t) {
        return t.elements() > 1
                && t.elements() <= MOST_ELEMENTS
                && RelativeRounding.of(t.floats(), EIGHT_BITS).coarse() >= MIXED;
    }

    private Optional<double[]> magnitudes(Tensor t) {
        Shape s = t.shape();
        int at = axis < 0 ? axis + s.rank() : axis;
        if (at < 0 || at >= s.rank() || s.dim(at) < 2 || s.dim(at) > MOST_ELEMENTS) {
            return Optional.empty();
        }
        int inner = 1;
        for (int i = at + 1; i < s.rank(); i++) {
            inner *= (int) s.dim(i);
        }
        double[] m = new double[(int) s.dim(at)];
        float[] all = t.floats();
        for (int i = 0; i < all.length; i++) {
            int c = i / inner % m.length;
            m[c] = Math.max(m[c], Math.abs(all[i]));
        }
        return Optional.of(m);
    }

    private void activation(Graph graph, Value v, Witness witness, Journal journal) {
        boolean readByData = v.uses().stream().anyMatch(u -> ElementwiseSplit.isElementwise(u.node()));
        Optional<Shape> shape = Optional.ofNullable(types(graph, witness).get(v.name()))
                .filter(t -> t.dtype() == DType.FLOAT)
                .map(TensorType::shape);
        if (!readByData
                || shape.isEmpty()
                || shape.get().rank() < -axis
                || shape.get().dim(axis) < 2) {
            journal.skipped(
                    NAME,
                    v.name(),
                    readByData
                            ? "its shape is not known, or has no axis " + axis + " of 2 or more"
                            : "nothing reads it element by element");
            return;
        }
        if (!witness.hasData()) {
            journal.skipped(NAME, v.name(), "how large its channels are only data can say");
            return;
        }
        int fromLast = axis < 0 ? axis : axis - shape.get().rank();
        TreeMap<String, Set<Integer>> wanted = new TreeMap<>(Map.of(v.name(), Set.of(fromLast)));
        ChannelStats seen = java.util.Objects.requireNonNull(witness.observe(graph, new EvidenceRequest(wanted))
                .of(v.name())
                .channels()
                .get(fromLast));
        double[] magnitudes = new double[seen.channels()];
        for (int c = 0; c < magnitudes.length; c++) {
            magnitudes[c] = seen.maxAbs(c);
        }
        Cut cut = Cut.of(RangeGroups.of(magnitudes, groups), magnitudes);
        ElementwiseSplit split = new ElementwiseSplit(graph, types(graph, witness), fromLast);
        List.copyOf(v.uses()).forEach(u -> split.apply(u, cut, journal));
    }

    private static Map<String, TensorType> types(Graph graph, Witness witness) {
        Map<String, TensorType> known = new TreeMap<>();
        graph.values().forEach(v -> v.type().ifPresent(t -> known.put(v.name(), t)));
        known.putAll(witness.types(graph));
        return known;
    }

    /**
     * Groups of elements along an axis.
     *
     * @param groups indices, ascending within a group
     * @param largest the largest magnitude of each group
     */
    record Cut(List<int[]> groups, List<Double> largest) {
        static Cut of(List<int[]> groups, double[] magnitudes) {
            List<Double> largest = new ArrayList<>();
            for (int[] g : groups) {
                double most = 0;
                for (int i : g) {
                    most = Math.max(most, magnitudes[i]);
                }
                largest.add(most);
            }
            return new Cut(groups, largest);
        }
    }
}
