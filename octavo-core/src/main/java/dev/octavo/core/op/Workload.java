package dev.octavo.core.op;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import java.util.Map;
import java.util.Optional;

/** How much arithmetic a node does. */
public final class Workload {
    private Workload() {}

    /**
     * Multiply-accumulates of a convolution or matrix product for the given shapes; 0 for any other
     * node and where a shape is not known.
     *
     * @param types element type and shape by value name, as the engine inferred them
     */
    public static long macs(Node n, Map<String, TensorType> types) {
        Optional<Weighted> view = Weighted.of(n);
        if (view.isEmpty()) {
            return 0;
        }
        Weighted w = view.get();
        Optional<Shape> out = shape(n.output(), types);
        Optional<Shape> weight = shape(w.weight(), types);
        Optional<Shape> in = shape(w.input(), types);
        if (out.isEmpty() || weight.isEmpty() || in.isEmpty()) {
            return 0;
        }
        if (w instanceof ConvTranspose) {
            return in.get().elements()
                    * weight.get().elements()
                    / Math.max(1, weight.get().dim(0));
        }
        if (w instanceof Conv) {
            return out.get().elements()
                    * weight.get().elements()
                    / Math.max(1, weight.get().dim(0));
        }
        return out.get().elements() * in.get().dim(w instanceof Gemm g && g.transA() ? 0 : -1);
    }

    private static Optional<Shape> shape(Value v, Map<String, TensorType> types) {
        return Optional.ofNullable(types.get(v.name()))
                .or(v::type)
                .map(TensorType::shape)
                .filter(Shape::isKnown);
    }
}
