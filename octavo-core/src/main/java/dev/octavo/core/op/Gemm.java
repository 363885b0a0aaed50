package dev.octavo.core.op;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.Optional;

/**
 * {@code Gemm}: {@code alpha·A'·B' + beta·C}. Input A {@code [N, K]}, weight B {@code [K, M]} or, with
 * {@code transB}, {@code [M, K]}, bias C {@code [M]}, output {@code [N, M]}.
 */
public record Gemm(
        Node node,
        Value input,
        Value weight,
        Optional<Value> bias,
        float alpha,
        float beta,
        boolean transA,
        boolean transB)
        implements Weighted {

    /** The view of a {@code Gemm} node. */
    public static Optional<Gemm> of(Node n) {
        if (!n.is("Gemm") || n.input(0).isEmpty() || n.input(1).isEmpty()) {
            return Optional.empty();
        }
        Attributes a = new Attributes(n);
        return Optional.of(new Gemm(
                n,
                n.input(INPUT).get(),
                n.input(WEIGHT).get(),
                n.input(BIAS),
                a.real("alpha", 1f),
                a.real("beta", 1f),
                a.integer("transA", 0) != 0,
                a.integer("transB", 0) != 0));
    }

    @Override
    public int outputAxis() {
        return transB ? 0 : 1;
    }

    @Override
    public int inputAxis() {
        return transB ? 1 : 0;
    }

    @Override
    public int activationAxis() {
        return transA ? 0 : -1;
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
