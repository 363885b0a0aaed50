package dev.octavo.core.op;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import java.util.List;
import java.util.Optional;

/** Reads the attributes of one node with the defaults of the ONNX specification; for typed views. */
final class Attributes {
    private final Node node;

    Attributes(Node node) {
        this.node = node;
    }

    long integer(String key, long absent) {
        return node.attribute(key)
                .map(a -> as(key, a, Attribute.Int.class).value())
                .orElse(absent);
    }

    float real(String key, float absent) {
        return node.attribute(key)
                .map(a -> as(key, a, Attribute.Real.class).value())
                .orElse(absent);
    }

    String text(String key, String absent) {
        return node.attribute(key)
                .map(a -> as(key, a, Attribute.Text.class).value())
                .orElse(absent);
    }

    Optional<List<Long>> ints(String key) {
        return node.attribute(key).map(a -> as(key, a, Attribute.Ints.class).values());
    }

    private <A extends Attribute> A as(String key, Attribute a, Class<A> kind) {
        if (!kind.isInstance(a)) {
            throw new ModelException(
                    "attribute " + key + " of " + node.label() + " should be " + kind.getSimpleName() + ", is "
                            + a.getClass().getSimpleName(),
                    "the model breaks the ONNX specification there: export it again");
        }
        return kind.cast(a);
    }
}
