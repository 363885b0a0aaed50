package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;

/**
 * How much rounding on one grid changes numbers in proportion to their own size: what counts where they divide or
 * multiply. A grid over [0, 8660] in 8 bits has steps of 34; of 10 it makes 0.
 *
 * @param step real units per code
 * @param toZero numbers other than 0 that become 0
 * @param coarse share of the numbers other than 0 that rounding may change by more than a tenth: those below 5 steps
 * @param worst the largest relative error that rounding may give, 1 where a number becomes 0
 * @param spread the largest magnitude over the least, 0 left out
 */
public record RelativeRounding(double step, long toZero, double coarse, double worst, double spread) {
    /* Half a step is a tenth of five. */
    private static final double COARSE_STEPS = 5;

    /** Of these numbers on a grid over their own range. */
    public static RelativeRounding of(float[] values, QuantSpec spec) {
        double low = 0;
        double high = 0;
        for (float v : values) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        return of(values, spec, QuantParams.forRange(new Range(low, high), spec));
    }

    /** Of these numbers on a grid. */
    public static RelativeRounding of(float[] values, QuantSpec spec, QuantParams params) {
        double step = params.scale();
        long some = 0;
        long coarse = 0;
        long zero = 0;
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (float v : values) {
            double m = Math.abs(v);
            if (m == 0) {
                continue;
            }
            some++;
            coarse += m < COARSE_STEPS * step ? 1 : 0;
            zero += params.snapped(v, spec) == 0 ? 1 : 0;
            least = Math.min(least, m);
            most = Math.max(most, m);
        }
        double worst = some == 0 ? 0 : zero > 0 ? 1 : step / 2 / least;
        return new RelativeRounding(
                step, zero, some == 0 ? 0 : (double) coarse / some, worst, some == 0 ? 1 : most / least);
    }
}
