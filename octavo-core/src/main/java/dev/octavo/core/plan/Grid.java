package dev.octavo.core.plan;

import java.util.List;

/**
 * A grid with its numbers: the intent and one pair of scale and zero point, or one per channel.
 *
 * @param spec the intent
 * @param params one element, or one per channel along {@code spec.axis()}
 */
public record Grid(QuantSpec spec, List<QuantParams> params) {
    public Grid {
        params = List.copyOf(params);
        if (params.isEmpty() || (!spec.isPerChannel() && params.size() != 1)) {
            throw new IllegalArgumentException(spec + " with " + params.size() + " pairs of scale and zero point");
        }
        for (QuantParams p : params) {
            if (p.zeroPoint() < spec.minCode() || p.zeroPoint() > spec.maxCode()) {
                throw new IllegalArgumentException("zero point " + p.zeroPoint() + " is no code of " + spec);
            }
        }
    }

    /** A grid for a whole tensor. */
    public static Grid perTensor(QuantSpec spec, QuantParams params) {
        return new Grid(spec, List.of(params));
    }

    /** Scale and zero point of a channel (the same for all when the grid is per tensor). */
    public QuantParams channel(int c) {
        return params.size() == 1 ? params.get(0) : params.get(c);
    }

    /** The real values from the least to the greatest code of channel {@code c}. */
    public Range range(int c) {
        QuantParams p = channel(c);
        return new Range(p.real(spec.minCode()), p.real(spec.maxCode()));
    }
}
