package dev.octavo.quant.lower;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.tensor.Shape;

/**
 * Which channel an element belongs to, by its row-major index.
 *
 * @param inner number of consecutive elements of one channel
 * @param count number of channels; 1 when there is one grid for the whole tensor
 */
public record Channels(int inner, int count) {
    /** Channels along an axis of a shape. */
    public static Channels along(Shape shape, int axis) {
        long inner = 1;
        for (int i = axis + 1; i < shape.rank(); i++) {
            inner *= shape.dim(i);
        }
        return new Channels(Math.toIntExact(Math.max(1, inner)), Math.toIntExact(shape.dim(axis)));
    }

    /** The channels that a spec's grids are for. */
    public static Channels of(Shape shape, QuantSpec spec) {
        return spec.isPerChannel() ? along(shape, spec.axis().getAsInt()) : new Channels(1, 1);
    }

    /** The channel of element {@code i}. */
    public int at(int i) {
        return count == 1 ? 0 : i / inner % count;
    }
}
