package dev.octavo.analysis.doctor;

import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.lower.Codes;

/**
 * The squared error that a grid gives its values, in two parts.
 *
 * <pre>
 *   clipped = Σ over values outside the grid (value − end)²        rounded = Σ over values inside (value − snapped)²
 * </pre>
 *
 * @param clipped the part that the ends of the grid cause
 * @param rounded the part that its steps cause
 * @param outside the share of values outside of the grid by more than half a step
 */
record GridError(double clipped, double rounded, double outside) {
    /* Values are taken as uniform within a step, and a bin of a histogram as its middle. */
    private static final double UNIFORM = 1.0 / 12;

    /** The share of the error that clipping causes, 0 to 1. */
    double clippedShare() {
        return clipped + rounded > 0 ? clipped / (clipped + rounded) : 0;
    }

    double total() {
        return clipped + rounded;
    }

    /** Of a constant, element by element. */
    static GridError of(Tensor reals, Grid grid) {
        float[] v = reals.floats();
        float[] snapped = Codes.snapped(reals, grid);
        double clipped = 0;
        double rounded = 0;
        long outside = 0;
        double half =
                0.501 * grid.params().stream().mapToDouble(p -> p.scale()).max().orElseThrow();
        for (int i = 0; i < v.length; i++) {
            double d = (double) v[i] - snapped[i];

            if (Math.abs(d) > half) {
                clipped += d * d;
                outside++;
            } else {
                rounded += d * d;
            }
        }
        return new GridError(clipped, rounded, v.length == 0 ? 0 : outside / (double) v.length);
    }

    /** Of an activation on a grid for the whole tensor, by its histogram. */
    static GridError of(DyadicHistogram h, Grid grid) {
        Range r = grid.range(0);
        double scale = grid.channel(0).scale();
        double[] sums = new double[3];
        add(sums, h.positive(), h.binWidth(), r, scale);
        add(sums, h.negative(), -h.binWidth(), r, scale);
        return new GridError(sums[0], sums[1], h.count() == 0 ? 0 : sums[2] / h.count());
    }

    private static void add(double[] sums, long[] bins, double width, Range r, double scale) {
        for (int i = 0; i < bins.length; i++) {
            double x = (i + 0.5) * width;
            double beyond = Math.max(x - r.high(), r.low() - x);
            if (beyond > scale / 2) {
                sums[0] += bins[i] * beyond * beyond;
                sums[2] += bins[i];
            } else {
                sums[1] += bins[i] * scale * scale * UNIFORM;
            }
        }
    }
}
