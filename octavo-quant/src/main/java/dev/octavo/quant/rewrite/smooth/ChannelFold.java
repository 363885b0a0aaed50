package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.rewrite.BatchNormStatistics;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How the channels of a value can be multiplied by positive factors in whatever computes the value, exactly and without
 * a further node: in the rows and the bias of a convolution or product, in γ and β of a normalization, in the
 * constant of a multiplication or an addition; through everything on the way that commutes with such factors.
 *
 * <p>Made by {@link #of}, which looks and changes nothing; {@link #apply} then changes the graph.
 */
final class ChannelFold {
    /** A change of the graph, given the factor of each channel of the value. */
    private interface Edit {
        void apply(double[] factor);
    }

    /** A value on the way: its channels lie along {@code axis} ≥ 0, the first being channel {@code from} of the whole. */
    private record Spot(Value value, int axis, int from, int count) {
        Spot at(Value other, int otherAxis) {
            return new Spot(other, otherAxis, from, count);
        }

        double[] part(double[] whole) {
            return java.util.Arrays.copyOfRange(whole, from, from + count);
        }
    }

    private final Graph graph;
    private final Map<String, TensorType> types;
    private final ScaledConstants constants;
    private final List<Edit> edits = new ArrayList<>();
    private final Set<String> into = new LinkedHashSet<>();
    private Optional<String> obstacle = Optional.empty();

    private ChannelFold(Graph graph, Map<String, TensorType> types) {
        this.graph = graph;
        this.types = types;
        this.constants = new ScaledConstants(graph);
    }

    /**
     * The way to scale a value's channels, all of whose readers are to see the scaled values.
     *
     * @param axis where the channels lie, ≥ 0
     * @param channels how many
     */
    static ChannelFold of(Graph graph, Map<String, TensorType> types, Value value, int axis, int channels) {
        ChannelFold fold = new ChannelFold(graph, types);
        fold.visit(new Spot(value, axis, 0, channels));
        return fold;
    }

    /** Why there is no such way, if there is none. */
    Optional<String> obstacle() {
        return obstacle;
    }

    /** The names of the nodes that take the factors. */
    Set<String> into() {
        return into;
    }

    /** Multiplies the value's channels by these factors. */
    void apply(double[] factor) {
        if (obstacle.isPresent()) {
            throw new IllegalStateException("no fold is possible: " + obstacle.get());
        }
        edits.forEach(e -> e.apply(factor));
    }

    private void refuse(String why) {
        if (obstacle.isEmpty()) {
            obstacle = Optional.of(why);
        }
    }

    private void visit(Spot s) {
        Value v = s.value;
        if (v.constant().isPresent()) {
            scaleConstant(s, v, "the constant " + v.name());
            return;
        }
        Optional<Node> producer = v.producer();
        if (v.isGraphOutput() || v.isCaptured()) {
            refuse(v.name() + " is read outside of the graph");
        } else if (producer.isEmpty()) {
            refuse(v.name() + " is an input of the network");
        } else if (producer.get().presentOutputs().size() != 1) {
            refuse(producer.get().label() + " has several outputs");
        } else {
            keepStatistics(s);
            through(s, producer.get());
        }
    }

    /* A value behind the first must have one reader, which is the one that we came from. */
    private void upstream(Spot s) {
        if (s.value.constant().isEmpty() && s.value.uses().size() != 1) {
            refuse(s.value.name() + " has other readers too");
        } else {
            visit(s);
        }
    }

    private void keepStatistics(Spot s) {
        BatchNormStatistics.of(graph, s.value.name())
                .filter(b -> b.channels() == s.count)
                .ifPresent(b -> edits.add(f -> b.scaled(s.part(f)).put(graph, s.value.name())));
    }

    private void through(Spot s, Node n) {
        if (!n.domain().isEmpty()) {
            refuse(n.label() + " is an operator of the domain " + n.domain());
            return;
        }
        Optional<Weighted> w = Weighted.of(n);
        if (w.isPresent()) {
            intoWeighted(s, w.get());
            return;
        }
        switch (n.type()) {
            case "BatchNormalization" -> intoBatchNormalization(s, n);
            case "InstanceNormalization" -> intoScaleAndShift(s, n, s.axis == 1);
            case "LayerNormalization" -> intoScaleAndShift(s, n, isLastAxisOnly(s, n));
            case "Relu", "Clip" -> throughLimit(s, n);
            case "LeakyRelu", "Identity", "Dropout", "Abs" -> first(s, n, s.axis);
            case "PRelu" -> first(s, n, s.axis);
            case "Add", "Sub" -> throughSum(s, n);
            case "Mul", "Div" -> throughProduct(s, n);
            case "Concat" -> throughConcat(s, n);
            default -> moved(s, n);
        }
    }

    private void moved(Spot s, Node n) {
        var axis = new ChannelPath(types).before(n, s.axis);
        if (axis.isPresent()) {
            first(s, n, axis.getAsInt());
        } else {
            refuse(n.label() + " (" + n.type() + ") does not commute with a factor per channel");
        }
    }

    private void first(Spot s, Node n, int axis) {
        upstream(s.at(n.input(0).orElseThrow(), axis));
    }

    private void throughLimit(Spot s, Node n) {
        Optional<Clip> c = Clip.of(n);
        boolean homogeneous = c.isPresent()
                && (c.get().low() == 0 || c.get().low() == Float.NEGATIVE_INFINITY)
                && (c.get().high() == 0 || c.get().high() == Float.POSITIVE_INFINITY);
        if (homogeneous) {
            first(s, n, s.axis);
        } else {
            refuse(n.label()
                    + c.map(k -> " limits at [" + k.low() + ", " + k.high() + "], which a factor would move")
                            .orElse(" has limits that are computed"));
        }
    }

    private void intoWeighted(Spot s, Weighted w) {
        String name = w.node().label();
        int rank = rank(s.value);
        if (w.weight().constant().filter(t -> t.dtype() == DType.FLOAT).isEmpty() || !WeightLayout.fits(w)) {
            refuse("the weight of " + name + " is no constant matrix or kernel of float32");
        } else if (w.weight().uses().size() != 1 || w.weight().isGraphOutput()) {
            refuse("the weight of " + name + " is shared");
        } else if (rank == 0 || Math.floorMod(w.resultAxis(), rank) != s.axis) {
            refuse("the channels are not those that " + name + " gives");
        } else if (WeightLayout.of(w).outputs() != s.count) {
            refuse(name + " gives " + WeightLayout.of(w).outputs() + " channels, not " + s.count);
        } else if (w.bias().isPresent() && !constants.isScalable(w.bias().get(), 0, s.count)) {
            refuse("the bias of " + name + " is not one number per output");
        } else {
            into.add(name);
            edits.add(f -> {
                double[] own = s.part(f);
                graph.replaceConstant(w.weight(), WeightLayout.of(w).withScaledOutputs(w.weight(), own));
                w.bias().ifPresent(b -> constants.scale(w.node(), Weighted.BIAS, 0, own));
            });
        }
    }

    private void intoBatchNormalization(Spot s, Node n) {
        intoScaleAndShift(s, n, s.axis == 1 && BatchNormalization.of(n).isPresent());
    }

    private static boolean isLastAxisOnly(Spot s, Node n) {
        long axis = n.attribute("axis").orElse(null) instanceof Attribute.Int i ? i.value() : -1;
        return n.input(1)
                .flatMap(Value::constant)
                .filter(t -> t.shape().rank() == 1 && t.elements() == s.count)
                .map(t -> axis == -1 || axis == s.axis)
                .orElse(false);
    }

    private void intoScaleAndShift(Spot s, Node n, boolean fits) {
        Optional<Value> shift = n.input(2);
        boolean constant =
                n.input(1).filter(v -> constants.isScalable(v, 0, s.count)).isPresent()
                        && (shift.isEmpty() || constants.isScalable(shift.get(), 0, s.count));
        if (!fits || !constant) {
            refuse(n.label() + " does not scale these channels by constants");
            return;
        }
        into.add(n.label());
        edits.add(f -> {
            constants.scale(n, 1, 0, s.part(f));
            shift.ifPresent(v -> constants.scale(n, 2, 0, s.part(f)));
        });
    }

    private void throughSum(Spot s, Node n) {
        for (int i = 0; i < 2; i++) {
            operand(s, n, i);
        }
    }

    /* A factor goes into one operand alone; into a constant only if it is one number per channel already. */
    private void throughProduct(Spot s, Node n) {
        int last = n.is("Div") ? 0 : 1;
        for (int i = 0; i <= last; i++) {
            Value v = n.input(i).orElseThrow();
            if (v.constant().isPresent() && constants.isPerChannel(v, reversed(s), s.count)) {
                scaleConstantOf(s, n, i);
                return;
            }
        }
        ChannelFold best = null;
        for (int i = 0; i <= last; i++) {
            if (n.input(i).orElseThrow().constant().isEmpty()) {
                ChannelFold one = new ChannelFold(graph, types);
                one.operand(s, n, i);
                best = best == null || (best.obstacle.isPresent() && one.obstacle.isEmpty()) ? one : best;
            }
        }
        if (best == null) {
            refuse(n.label() + " divides by it");
            return;
        }
        best.obstacle.ifPresent(this::refuse);
        edits.addAll(best.edits);
        into.addAll(best.into);
    }

    /* An operand of a sum or product, which may lack leading axes or be a constant. */
    private void operand(Spot s, Node n, int i) {
        Value v = n.input(i).orElseThrow();
        if (v.constant().isPresent()) {
            scaleConstantOf(s, n, i);
            return;
        }
        int axis = rank(v) - 1 - reversed(s);
        TensorType t = types.get(v.name());
        if (t == null || rank(s.value) == 0 || axis < 0 || t.shape().dim(axis) != s.count) {
            refuse(n.label() + " spreads " + v.name() + " over the channels");
        } else {
            upstream(s.at(v, axis));
        }
    }

    private void scaleConstantOf(Spot s, Node n, int i) {
        Value v = n.input(i).orElseThrow();
        if (rank(s.value) == 0 || !constants.isScalable(v, reversed(s), s.count)) {
            refuse("the constant " + v.name() + " does not have these channels");
            return;
        }
        into.add(n.label());
        edits.add(f -> constants.scale(n, i, reversed(s), s.part(f)));
    }

    /* A constant that is joined with others. */
    private void scaleConstant(Spot s, Value v, String what) {
        if (v.uses().size() != 1 || !constants.isScalable(v, reversed(s), s.count)) {
            refuse(what + " has other readers or other channels");
            return;
        }
        var use = v.uses().get(0);
        into.add(what);
        edits.add(f -> constants.scale(use.node(), use.input(), reversed(s), s.part(f)));
    }

    private void throughConcat(Spot s, Node n) {
        int rank = rank(s.value);
        long axis = n.attribute("axis").orElse(null) instanceof Attribute.Int i ? i.value() : 0;
        if (rank == 0) {
            refuse("the shape of " + s.value.name() + " is not known");
            return;
        }
        int from = s.from;
        for (Value v : n.presentInputs()) {
            TensorType t = types.get(v.name());
            if (t == null || !t.shape().isKnown()) {
                refuse("the shape of " + v.name() + " is not known");
                return;
            }
            int count = Math.toIntExact(t.shape().dim(s.axis));
            if (Math.floorMod(axis, rank) != s.axis) {
                upstream(s.at(v, s.axis));
            } else {
                upstream(new Spot(v, s.axis, from, count));
                from += count;
            }
        }
    }

    /** How many axes lie behind that of the channels. */
    private int reversed(Spot s) {
        return Math.max(0, rank(s.value) - 1 - s.axis);
    }

    private int rank(Value v) {
        TensorType t = types.get(v.name());
        Optional<Shape> shape = t != null ? Optional.of(t.shape()) : v.type().map(TensorType::shape);
        return shape.map(Shape::rank).orElse(0);
    }
}
