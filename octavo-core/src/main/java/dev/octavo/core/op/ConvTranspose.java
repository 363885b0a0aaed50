package dev.octavo.core.op;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.Optional;

/**
 * {@code ConvTranspose}. Input {@code [N, C, D…]}, weight {@code [C, M/group, k…]}, bias {@code [M]},
 * output {@code [N, M, D'…]}.
 */
public record ConvTranspose(Node node, Value input, Value weight, Optional<Value> bias, int group) implements Weighted {

    /** The view of a {@code ConvTranspose} node. */
    public static Optional<ConvTranspose> of(Node n) {
        if (!n.is("ConvTranspose") || n.input(0).isEmpty() || n.input(1).isEmpty()) {
            return Optional.empty();
        }
        int group = Math.toIntExact(new Attributes(n).integer("group", 1));
        return Optional.of(
                new ConvTranspose(n, n.input(INPUT).get(), n.input(WEIGHT).get(), n.input(BIAS), group));
    }

    @Override
    public int outputAxis() {
        return 1;
    }

    @Override
    public int inputAxis() {
        return 0;
    }

    @Override
    public int activationAxis() {
        return 1;
    }

    @Override
    public int resultAxis() {
        return 1;
    }
}
