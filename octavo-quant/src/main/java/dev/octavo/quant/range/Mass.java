package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.stat.DyadicHistogram;

/**
 * One sign of a histogram as running sums over magnitude bins: how many values lie between two
 * magnitudes, and how far they are from a real value.
 */
final class Mass {
    private final double width;
    // over bins 0..i-1: count, Σ count·x, Σ count·x², x the middle of the bin
    private final double[] n;
    private final double[] sum;
    private final double[] squares;
    private final double largest;

    Mass(long[] counts, DyadicHistogram h, double largest) {
        this.width = h.binWidth();
        this.largest = largest;
        n = new double[counts.length + 1];
        sum = new double[counts.length + 1];
        squares = new double[counts.length + 1];
        for (int i = 0; i < counts.length; i++) {
            double x = (i + 0.5) * width;
            n[i + 1] = n[i] + counts[i];
            sum[i + 1] = sum[i] + counts[i] * x;
            squares[i + 1] = squares[i] + counts[i] * x * x;
        }
    }

    /** The largest magnitude of this sign; 0 if there is none. */
    double largest() {
        return largest;
    }

    /** Number of values of magnitude at most t, whole bins. */
    double upTo(double t) {
        return n[bins(t)];
    }

    /** Σ (x − t)² over the values of magnitude above t. */
    double squaredExcess(double t) {
        return squaredDistance(bins(t), n.length - 1, t);
    }

    /**
     * Σ (x − x̂)² over the values, x̂ being what the grid makes of x. Exact up to the width of a bin, whose
     * values count as its middle.
     *
     * @param steps number of steps from 0 to the end of the grid on this side
     */
    double squaredError(double scale, int steps) {
        double error = 0;
        int from = 0;
        for (int k = 0; k < steps && from < n.length - 1; k++) {
            int to = bins((k + 0.5) * scale);
            error += squaredDistance(from, to, k * scale);
            from = to;
        }
        return error + squaredDistance(from, n.length - 1, steps * scale);
    }

    /** Number of steps from 0 to the end of a grid, below it or above it. */
    static int steps(QuantParams p, QuantSpec spec, boolean below) {
        return below ? p.zeroPoint() - spec.minCode() : spec.maxCode() - p.zeroPoint();
    }

    /* Σ (x − t)² over the bins in [from, to). */
    private double squaredDistance(int from, int to, double t) {
        double count = n[to] - n[from];
        double s1 = sum[to] - sum[from];
        double s2 = squares[to] - squares[from];
        return Math.max(0, s2 - 2 * t * s1 + t * t * count);
    }

    private int bins(double t) {
        return (int) Math.max(0, Math.min(n.length - 1, Math.round(t / width)));
    }
}
