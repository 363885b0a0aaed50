package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ValueEvidence;

/**
 * Clips to the central {@code keep} of the values, half of the rest on either side; a side on which
 * nothing lies is not clipped, the other side then loses the whole rest.
 *
 * @param keep fraction of the values that stay inside, in (0, 1]
 */
public record Percentile(double keep) implements RangeRule {
    public Percentile {
        if (!(keep > 0 && keep <= 1)) {
            throw new IllegalArgumentException(
                    "keep is a fraction in (0, 1], got " + keep + "; for 99.99 % write 0.9999");
        }
    }

    @Override
    public Range choose(ValueEvidence seen, QuantSpec spec) {
        boolean oneSided = seen.histogram().min() >= 0 || seen.histogram().max() <= 0;
        double tail = oneSided ? 1 - keep : (1 - keep) / 2;
        double low = seen.histogram().min() >= 0
                ? seen.histogram().min()
                : seen.histogram().quantile(tail);
        double high = seen.histogram().max() <= 0
                ? seen.histogram().max()
                : seen.histogram().quantile(1 - tail);
        return new Range(Math.min(low, high), high);
    }
}
