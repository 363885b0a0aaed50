package dev.octavo.core.op;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.Optional;

/**
 * A pointwise limit: {@code Clip} (limits as inputs or, before opset 11, as attributes) or {@code
 * Relu}, which is a clip to [0, ∞).
 *
 * @param low lower limit, −∞ if none
 * @param high upper limit, +∞ if none
 */
public record Clip(Node node, Value input, float low, float high) {

    /** The view of a {@code Clip} with constant limits or of a {@code Relu}. */
    public static Optional<Clip> of(Node n) {
        if (n.input(0).isEmpty()) {
            return Optional.empty();
        }
        if (n.is("Relu")) {
            return Optional.of(new Clip(n, n.input(0).get(), 0f, Float.POSITIVE_INFINITY));
        }
        if (!n.is("Clip")) {
            return Optional.empty();
        }
        Optional<Float> low = limit(n, 1, "min", Float.NEGATIVE_INFINITY);
        Optional<Float> high = limit(n, 2, "max", Float.POSITIVE_INFINITY);
        if (low.isEmpty() || high.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Clip(n, n.input(0).get(), low.get(), high.get()));
    }

    private static Optional<Float> limit(Node n, int place, String attribute, float absent) {
        if (n.input(place).isPresent()) {
            return n.input(place)
                    .get()
                    .constant()
                    .filter(t -> t.dtype() == dev.octavo.core.tensor.DType.FLOAT && t.elements() == 1)
                    .map(t -> t.scalar());
        }
        return Optional.of(n.attribute(attribute).orElse(null) instanceof Attribute.Real r ? r.value() : absent);
    }
}
