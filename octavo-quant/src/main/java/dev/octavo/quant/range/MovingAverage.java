package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ValueEvidence;

/**
 * Covers the mean over samples of each sample's smallest and largest value. That is what an
 * exponential moving average of ranges tends to; unlike one, it does not depend on the order of the
 * samples.
 */
public record MovingAverage() implements RangeRule {
    @Override
    public Range choose(ValueEvidence seen, QuantSpec spec) {
        if (seen.extremes().samples() == 0) {
            return new MinMax().choose(seen, spec);
        }
        return new Range(seen.extremes().meanMin(), seen.extremes().meanMax());
    }
}
