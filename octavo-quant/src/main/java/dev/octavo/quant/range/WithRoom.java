package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ValueEvidence;

/**
 * Another rule whose ranges grids of more than 8 bits stretch, so that values larger than any that was seen are not
 * clipped.
 *
 * <pre>
 *   [low, high]  becomes  [factor·low, factor·high]      above 8 bits; costs log2(factor) of the bits
 * </pre>
 *
 * <p>With 8 bits a step is dear and clipping often pays. With 16 bits the rounding is some 90 dB down, and what few
 * samples did not show is all the error there is.
 *
 * @param rule the rule
 * @param factor 1 or more
 */
public record WithRoom(RangeRule rule, double factor) implements RangeRule {
    /** What is usual: twice what was seen, for one bit of sixteen. */
    public static final double USUAL = 2;

    private static final int NARROW = 8;

    public WithRoom {
        if (!(factor >= 1 && factor <= 1e6)) {
            throw new IllegalArgumentException("room is a factor of 1 or more, got " + factor);
        }
    }

    /** The rule with the room that {@code asked} has, if any. */
    public static RangeRule like(RangeRule asked, RangeRule rule) {
        return asked instanceof WithRoom w ? new WithRoom(rule, w.factor()) : rule;
    }

    /** The rule without its room. */
    public static RangeRule bare(RangeRule rule) {
        return rule instanceof WithRoom w ? bare(w.rule()) : rule;
    }

    @Override
    public Range choose(ValueEvidence seen, QuantSpec spec) {
        return stretched(rule.choose(seen, spec), spec);
    }

    @Override
    public Range chooseFor(float[] values, QuantSpec spec) {
        return rule.chooseFor(values, spec); // All there is of a constant was seen.
    }

    private Range stretched(Range r, QuantSpec spec) {
        return spec.bits() <= NARROW
                ? r
                : new Range(
                        Math.max(-Float.MAX_VALUE, Math.min(r.low(), r.low() * factor)),
                        Math.min(Float.MAX_VALUE, Math.max(r.high(), r.high() * factor)));
    }
}
