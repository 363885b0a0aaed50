package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.ValueEvidence;

/**
 * Takes the range with the least expected squared error: what is clipped costs its squared excess,
 * what is rounded costs scale²/12 (an error spread evenly over a step). Zeros cost nothing, for every
 * grid has a code for 0.0.
 *
 * <pre>
 *   E(low, high) = Σ_{x &lt; low} (low − x)² + Σ_{x &gt; high} (x − high)² + n_inside · scale² / 12
 * </pre>
 *
 * <p>Source: Banner et al., "Post training 4-bit quantization of convolutional networks for
 * rapid-deployment", NeurIPS 2019 (there for two parametric densities, here for the histogram).
 */
public record LeastSquares() implements RangeRule {
    private static final int STEPS = 128;

    @Override
    public Range choose(ValueEvidence seen, QuantSpec spec) {
        DyadicHistogram h = seen.histogram();
        Mass below = new Mass(h.negative(), h, Math.max(0, -h.min()));
        Mass above = new Mass(h.positive(), h, Math.max(0, h.max()));
        double low = below.largest();
        double high = above.largest();
        if (spec.symmetric() && low > 0) {
            double m = search(Math.max(low, high), t -> error(below, above, t, t, spec));
            return new Range(-m, m);
        }
        for (int round = 0; round < 3; round++) {
            double fixedLow = low;
            high = search(above.largest(), t -> error(below, above, fixedLow, t, spec));
            double fixedHigh = high;
            low = search(below.largest(), t -> error(below, above, t, fixedHigh, spec));
        }
        return new Range(-low, high);
    }

    private static double error(Mass below, Mass above, double low, double high, QuantSpec spec) {
        if (low <= 0 && high <= 0) {
            return below.squaredExcess(0) + above.squaredExcess(0);
        }
        double scale = QuantParams.forRange(new Range(-low, high), spec).scale();
        double inside = below.upTo(low) + above.upTo(high);
        return below.squaredExcess(low) + above.squaredExcess(high) + inside * scale * scale / 12;
    }

    /* A full scan and then two finer ones around the best: the error need not have one valley only. */
    private static double search(double largest, java.util.function.DoubleUnaryOperator error) {
        if (largest <= 0) {
            return 0;
        }
        double best = largest;
        double least = error.applyAsDouble(largest);
        double from = 0;
        double to = largest;
        for (int level = 0; level < 3; level++) {
            double step = (to - from) / STEPS;
            for (int i = 1; i <= STEPS; i++) {
                double t = Math.min(largest, from + i * step);
                double e = error.applyAsDouble(t);
                if (e < least) {
                    least = e;
                    best = t;
                }
            }
            from = Math.max(0, best - step);
            to = Math.min(largest, best + step);
        }
        return best;
    }
}
