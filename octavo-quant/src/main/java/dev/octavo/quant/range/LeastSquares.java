package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.ValueEvidence;
import java.util.function.DoubleUnaryOperator;

/**
 * Takes the range with the least squared error of clipping and rounding. Zeros cost nothing, for every
 * grid has a code for 0.0.
 *
 * <pre>
 *   E(low, high) = Σ_x (x − x̂)²      x̂ on the grid of [low, high], x over the middles of the bins
 * </pre>
 *
 * <p>Above 8 bits, where a step holds but a few bins, what is rounded is taken to be spread evenly over
 * a step and to cost scale²/12 each.
 *
 * <p>Source: Banner et al., "Post training 4-bit quantization of convolutional networks for
 * rapid-deployment", NeurIPS 2019 (there for two parametric densities, here for the histogram).
 */
public record LeastSquares() implements RangeRule {
    private static final int COARSE = 48;
    private static final int FINE = 16;
    private static final int EXACT_BITS = 8;

    @Override
    public Range choose(ValueEvidence seen, QuantSpec spec) {
        DyadicHistogram h = seen.histogram();
        Search search = new Search(
                new Mass(h.negative(), h, Math.max(0, -(double) h.min())),
                new Mass(h.positive(), h, Math.max(0, (double) h.max())),
                spec);
        return search.best();
    }

    /** The search over low and high magnitudes for one value. */
    private record Search(Mass below, Mass above, QuantSpec spec) {

        Range best() {
            double low = below.largest();
            double high = above.largest();
            if (low <= 0) {
                return new Range(0, least(high, t -> error(0, t)));
            }
            if (spec.symmetric()) {
                double m = least(Math.max(low, high), t -> error(t, t));
                return new Range(-m, m);
            }
            if (high <= 0) {
                return new Range(-least(low, t -> error(t, 0)), 0);
            }
            return asymmetric(low, high);
        }

        /*
         * The zero point falls on a whole code, so the error jumps as either end moves alone and has many
         * valleys. Shrinking both ends together finds the scale, and then each end is moved by itself.
         */
        private Range asymmetric(double mostLow, double mostHigh) {
            double shrink = least(1, f -> error(f * mostLow, f * mostHigh));
            double[] together = alternate(shrink * mostLow, shrink * mostHigh);
            double[] alone = alternate(mostLow, mostHigh);
            double[] best = error(together[0], together[1]) < error(alone[0], alone[1]) ? together : alone;
            return new Range(-best[0], best[1]);
        }

        private double[] alternate(double fromLow, double fromHigh) {
            double low = fromLow;
            double high = fromHigh;
            for (int round = 0; round < 3; round++) {
                double l = low;
                high = least(above.largest(), t -> error(l, t));
                double h = high;
                low = least(below.largest(), t -> error(t, h));
            }
            return new double[] {low, high};
        }

        double error(double low, double high) {
            if (low <= 0 && high <= 0) {
                return below.squaredExcess(0) + above.squaredExcess(0);
            }
            QuantParams p = QuantParams.forRange(new Range(-low, high), spec);
            double scale = p.scale();
            if (spec.bits() <= EXACT_BITS) {
                return below.squaredError(scale, Mass.steps(p, spec, true))
                        + above.squaredError(scale, Mass.steps(p, spec, false));
            }
            double inside = below.upTo(low) + above.upTo(high);
            return below.squaredExcess(low) + above.squaredExcess(high) + inside * scale * scale / 12;
        }
    }

    /* A full scan and then finer ones around the best: the error need not have one valley only. */
    private static double least(double largest, DoubleUnaryOperator error) {
        if (largest <= 0) {
            return 0;
        }
        double best = largest;
        double least = error.applyAsDouble(largest);
        double from = 0;
        double to = largest;
        for (int steps = COARSE; steps >= FINE / 2; steps = Math.min(FINE, steps / 2)) {
            double step = (to - from) / steps;
            for (int i = 1; i <= steps; i++) {
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
