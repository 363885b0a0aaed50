package dev.octavo.core.op;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.Optional;

/**
 * {@code MatMul} as numpy does it. Input {@code […, N, K]}, second operand {@code […, K, M]}, a
 * weight if it is constant and a second activation if not. No bias.
 */
public record MatMul(Node node, Value input, Value weight) implements Weighted {

    /** The view of a {@code MatMul} node. */
    public static Optional<MatMul> of(Node n) {
        if (!n.is("MatMul") || n.input(0).isEmpty() || n.input(1).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new MatMul(n, n.input(INPUT).get(), n.input(WEIGHT).get()));
    }

    @Override
    public Optional<Value> bias() {
        return Optional.empty();
    }

    /** The last axis of the weight. */
    @Override
    public int outputAxis() {
        return Math.max(0, weight.type().map(t -> t.shape().rank() - 1).orElse(1));
    }

    @Override
    public int inputAxis() {
        return Math.max(0, weight.type().map(t -> t.shape().rank() - 2).orElse(0));
    }

    @Override
    public int activationAxis() {
        return -1;
    }

    @Override
    public int resultAxis() {
        return -1;
    }

    @Override
    public int group() {
        return 1;
    }
}
