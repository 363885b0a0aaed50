package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tensor that a value always holds, seen through what only gives a constant another shape. */
public final class SteadyValue {
    private static final int FARTHEST = 8;

    private SteadyValue() {}

    /** The float tensor of a constant, or of one behind Identity, Reshape, Unsqueeze and Squeeze. */
    public static Optional<Tensor> of(Value v) {
        return of(v, FARTHEST).filter(t -> t.dtype() == DType.FLOAT);
    }

    /** The constant that a value is a shape of; the value itself if it is one. */
    public static Value origin(Value v) {
        Value at = v;
        for (int i = 0; i < FARTHEST && at.constant().isEmpty() && at.producer().isPresent(); i++) {
            at = at.producer().get().input(0).orElse(at);
        }
        return at;
    }

    /** The uses of a constant; for what only gives it another shape, the uses of that. */
    public static List<Use> readers(Value constant) {
        List<Use> found = new ArrayList<>();
        for (Use u : constant.uses()) {
            if (u.isCaptured()) {
                continue;
            }
            boolean moved = u.input() == 0
                    && u.node().presentOutputs().size() == 1
                    && of(u.node().output()).isPresent();
            found.addAll(moved ? readers(u.node().output()) : List.of(u));
        }
        return found;
    }

    private static Optional<Tensor> of(Value v, int depth) {
        if (v.constant().isPresent()) {
            // What a caller may override is not steady.
            return v.isGraphInput() ? Optional.empty() : v.constant();
        }
        Optional<Node> n = v.producer().filter(p -> depth > 0 && p.domain().isEmpty() && p.inputCount() > 0);
        Optional<Tensor> in = n.flatMap(p -> p.input(0)).flatMap(x -> of(x, depth - 1));
        if (in.isEmpty()) {
            return Optional.empty();
        }
        return switch (n.get().type()) {
            case "Identity" -> in;
            case "Reshape" -> longs(n.get(), 1).flatMap(to -> reshaped(in.get(), to));
            case "Unsqueeze" -> longs(n.get(), 1).map(axes -> unsqueezed(in.get(), axes));
            case "Squeeze" -> longs(n.get(), 1).map(axes -> squeezed(in.get(), axes));
            default -> Optional.empty();
        };
    }

    private static Optional<long[]> longs(Node n, int place) {
        return n.input(place)
                .flatMap(Value::constant)
                .filter(t -> t.dtype() == DType.INT64)
                .map(Tensor::longs);
    }

    private static Optional<Tensor> reshaped(Tensor t, long[] to) {
        long known = 1;
        int open = -1;
        for (int i = 0; i < to.length; i++) {
            if (to[i] == 0) {
                return Optional.empty(); // Keeps the extent or is empty, by an attribute: not worth the trouble.
            }
            open = to[i] < 0 ? i : open;
            known *= to[i] < 0 ? 1 : to[i];
        }
        long[] dims = to.clone();
        if (open >= 0) {
            dims[open] = t.elements() / known;
        }
        Shape shape = Shape.of(dims);
        return shape.elements() == t.elements() ? Optional.of(t.reshaped(shape)) : Optional.empty();
    }

    private static Tensor unsqueezed(Tensor t, long[] axes) {
        int rank = t.shape().rank() + axes.length;
        boolean[] added = marked(axes, rank);
        List<Long> dims = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < rank; i++) {
            dims.add(added[i] ? 1L : t.shape().dim(from++));
        }
        return t.reshaped(Shape.of(dims));
    }

    private static Tensor squeezed(Tensor t, long[] axes) {
        boolean[] gone = marked(axes, t.shape().rank());
        List<Long> dims = new ArrayList<>();
        for (int i = 0; i < gone.length; i++) {
            if (!gone[i]) {
                dims.add(t.shape().dim(i));
            }
        }
        return t.reshaped(Shape.of(dims));
    }

    private static boolean[] marked(long[] axes, int rank) {
        boolean[] marked = new boolean[rank];
        for (long a : axes) {
            marked[(int) (a < 0 ? a + rank : a)] = true;
        }
        return marked;
    }
}
