package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ValueEvidence;

/** A range rule that looks at the smallest and the largest value only. */
interface ExtremesRule extends RangeRule {
    /** The range for values between these two. */
    Range between(float min, float max);

    @Override
    default Range choose(ValueEvidence seen, QuantSpec spec) {
        return between(seen.histogram().min(), seen.histogram().max());
    }
}
