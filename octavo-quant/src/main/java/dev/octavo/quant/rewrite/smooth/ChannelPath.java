package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Where the channels of a node's output lie in its first input, for nodes that treat channels alike and apart. */
final class ChannelPath {
    private static final int CHANNELS = 1;

    private final Map<String, TensorType> types;

    ChannelPath(Map<String, TensorType> types) {
        this.types = types;
    }

    /**
     * The axis of the input that the channels come from; empty when the node mixes them, when it does not give k times
     * as much for k times as much, or when shapes are not known.
     *
     * @param axis of the output, ≥ 0
     */
    OptionalInt before(Node n, int axis) {
        return switch (n.type()) {
            case "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool" -> when(axis == CHANNELS, axis);
            case "Resize", "Upsample" -> when(keepsExtent(n, axis) && !fillsIn(n), axis);
            case "Pad" -> when(keepsExtent(n, axis) && padsWithZeros(n), axis);
            case "ReduceMean", "ReduceMax", "ReduceSum" -> reduced(n, axis);
            case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshaped(n, axis);
            case "Transpose" -> transposed(n, axis);
            default -> OptionalInt.empty();
        };
    }

    private static OptionalInt when(boolean possible, int axis) {
        return possible ? OptionalInt.of(axis) : OptionalInt.empty();
    }

    private Optional<Shape> shape(Value v) {
        TensorType t = types.get(v.name());
        return Optional.ofNullable(t).map(TensorType::shape).filter(Shape::isKnown);
    }

    private boolean keepsExtent(Node n, int axis) {
        Optional<Shape> in = n.input(0).flatMap(this::shape);
        Optional<Shape> out = shape(n.output());
        return in.isPresent()
                && out.isPresent()
                && in.get().rank() == out.get().rank()
                && in.get().dim(axis) == out.get().dim(axis);
    }

    /* With this mode, what lies outside is a number of its own. */
    private static boolean fillsIn(Node n) {
        return n.attribute("coordinate_transformation_mode").orElse(null) instanceof Attribute.Text t
                && t.value().equals("tf_crop_and_resize");
    }

    private static boolean padsWithZeros(Node n) {
        boolean constant = !(n.attribute("mode").orElse(null) instanceof Attribute.Text t)
                || t.value().equals("constant");
        boolean zero = n.input(2)
                .map(v -> v.constant()
                        .filter(t -> t.dtype() == DType.FLOAT && t.elements() == 1 && t.scalar() == 0)
                        .isPresent())
                .orElse(!(n.attribute("value").orElse(null) instanceof Attribute.Real r) || r.value() == 0);
        return !constant || zero;
    }

    private OptionalInt reduced(Node n, int axis) {
        Optional<Shape> in = n.input(0).flatMap(this::shape);
        Optional<List<Long>> axes = n.attribute("axes").orElse(null) instanceof Attribute.Ints a
                ? Optional.of(a.values())
                : n.input(1)
                        .flatMap(Value::constant)
                        .filter(t -> t.dtype() == DType.INT64)
                        .map(Tensor::longs)
                        .map(l -> java.util.Arrays.stream(l).boxed().toList());
        if (in.isEmpty() || axes.isEmpty() || axes.get().isEmpty()) {
            return OptionalInt.empty();
        }
        boolean keeps = !(n.attribute("keepdims").orElse(null) instanceof Attribute.Int i) || i.value() != 0;
        int rank = in.get().rank();
        int left = 0;
        for (int a = 0; a < rank; a++) {
            int own = a;
            boolean gone = axes.get().stream().anyMatch(x -> Math.floorMod(x, (long) rank) == own);
            if (!gone && (keeps ? a : left) == axis) {
                return OptionalInt.of(a);
            }
            left += gone ? 0 : 1;
        }
        return OptionalInt.empty();
    }

    /* Row-major order keeps an axis where as many elements lie before it, in it and behind it. */
    private OptionalInt reshaped(Node n, int axis) {
        Optional<Shape> in = n.input(0).flatMap(this::shape);
        Optional<Shape> out = shape(n.output());
        if (in.isEmpty() || out.isEmpty()) {
            return OptionalInt.empty();
        }
        long wanted = before(out.get(), axis);
        for (int a = 0; a < in.get().rank(); a++) {
            if (before(in.get(), a) == wanted && in.get().dim(a) == out.get().dim(axis)) {
                return OptionalInt.of(a);
            }
        }
        return OptionalInt.empty();
    }

    private static long before(Shape s, int axis) {
        long product = 1;
        for (int i = 0; i < axis; i++) {
            product *= s.dim(i);
        }
        return product;
    }

    private OptionalInt transposed(Node n, int axis) {
        Optional<Shape> in = n.input(0).flatMap(this::shape);
        if (n.attribute("perm").orElse(null) instanceof Attribute.Ints p) {
            return OptionalInt.of(Math.toIntExact(p.values().get(axis)));
        }
        return in.isPresent() ? OptionalInt.of(in.get().rank() - 1 - axis) : OptionalInt.empty();
    }
}
