package dev.octavo.quant.range;

import dev.octavo.core.stat.DyadicHistogram;

/**
 * One sign of a histogram as running sums over magnitude bins: how many values lie above a magnitude,
 * and how far they reach beyond it.
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
        int k = bins(t);
        int all = n.length - 1;
        double count = n[all] - n[k];
        double s1 = sum[all] - sum[k];
        double s2 = squares[all] - squares[k];
        return Math.max(0, s2 - 2 * t * s1 + t * t * count);
    }

    private int bins(double t) {
        return (int) Math.max(0, Math.min(n.length - 1, Math.round(t / width)));
    }
}
