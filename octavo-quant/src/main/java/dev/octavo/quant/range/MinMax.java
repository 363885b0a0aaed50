package dev.octavo.quant.range;

import dev.octavo.core.plan.Range;

/** Covers everything that was seen, from the smallest to the largest value. */
public record MinMax() implements ExtremesRule {
    @Override
    public Range between(float min, float max) {
        return new Range(min, max);
    }
}
