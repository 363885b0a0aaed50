package dev.octavo.core.op;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * {@code Conv} in one, two or three dimensions, its attributes defaulted. Input {@code [N, C, D…]},
 * weight {@code [M, C/group, k…]}, bias {@code [M]}, output {@code [N, M, D'…]}.
 *
 * @param pads begin of every spatial axis, then end of every spatial axis; empty for none
 */
public record Conv(Node node, Value input, Value weight, Optional<Value> bias, int group, List<Long> pads)
        implements Weighted {

    /** The view of a {@code Conv} node. */
    public static Optional<Conv> of(Node n) {
        if (!n.is("Conv") || n.input(0).isEmpty() || n.input(1).isEmpty()) {
            return Optional.empty();
        }
        Attributes a = new Attributes(n);
        return Optional.of(new Conv(
                n,
                n.input(INPUT).get(),
                n.input(WEIGHT).get(),
                n.input(BIAS),
                Math.toIntExact(a.integer("group", 1)),
                a.ints("pads").orElse(List.of())));
    }

    /** Whether every filter sees one channel only. */
    public boolean isDepthwise() {
        return weight.type()
                .map(t -> t.shape().rank() > 2 && t.shape().dim(1) == 1 && group > 1)
                .orElse(false);
    }

    @Override
    public int outputAxis() {
        return 0;
    }

    @Override
    public int inputAxis() {
        return 1;
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
