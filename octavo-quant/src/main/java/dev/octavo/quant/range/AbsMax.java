package dev.octavo.quant.range;

import dev.octavo.core.plan.Range;

/**
 * Covers the largest magnitude on either side of zero; values that were never negative get [0, max].
 */
public record AbsMax() implements ExtremesRule {
    @Override
    public Range between(float min, float max) {
        float m = Math.max(Math.abs(min), Math.abs(max));
        return new Range(min < 0 ? -m : 0, m);
    }
}
