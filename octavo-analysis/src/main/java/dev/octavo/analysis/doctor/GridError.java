package dev.octavo.analysis.doctor;

import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.range.RangeRule;

/**
 * The squared error that a grid gives its values, in two parts.
 *
 * <pre>
 *   clipped = Σ over values outside the grid (value − end)²        rounded = Σ over values inside (value − snapped)²
 * </pre>
 *
 * @param clipped the part that the ends of the grid cause
 * @param rounded the part that its steps cause
 * @param unseen the part of {@code clipped} that is of values beyond all that the calibration data showed
 * @param outside the share of values outside of the grid by more than half a step
 */
record GridError(double clipped, double rounded, double unseen, double outside) {
    /* A bin is taken as its middle where steps are this many bins or more, else as spread evenly over a step. */
    private static final double BINS_PER_STEP = 4;
    private static final double UNIFORM = 1.0 / 12;

    /** A grid with what it does to its values. */
    record Best(Grid grid, GridError error, String rule) {}

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
        return new GridError(clipped, rounded, 0, v.length == 0 ? 0 : outside / (double) v.length);
    }

    /**
     * Of an activation on a grid for the whole tensor, by its histogram.
     *
     * @param known what the calibration data showed
     */
    static GridError of(DyadicHistogram h, Grid grid, Range known) {
        Sums sums = new Sums(grid, known, h.binWidth());
        sums.add(h.positive(), 1);
        sums.add(h.negative(), -1);
        return new GridError(
                sums.clipped, sums.rounded, sums.unseen, h.count() == 0 ? 0 : sums.outside / (double) h.count());
    }

    /** The better of the grids by all that was seen and by least squares, of the same kind and width. */
    static Best best(ValueEvidence seen, QuantSpec like) {
        QuantSpec spec = QuantSpec.perTensor(like.bits(), like.signed(), like.symmetric());
        Best all = by(seen, spec, new MinMax(), "min-max");
        Best least = by(seen, spec, new LeastSquares(), "least-squares");
        return least.error().total() < all.error().total() ? least : all;
    }

    private static Best by(ValueEvidence seen, QuantSpec spec, RangeRule rule, String name) {
        Grid grid = Grid.perTensor(spec, QuantParams.forRange(rule.choose(seen, spec), spec));
        return new Best(grid, of(seen.histogram(), grid, grid.range(0)), name);
    }

    private static final class Sums {
        private final QuantSpec spec;
        private final QuantParams params;
        private final Range range;
        private final Range known;
        private final double width;
        private double clipped;
        private double rounded;
        private double unseen;
        private long outside;

        Sums(Grid grid, Range known, double width) {
            this.spec = grid.spec();
            this.params = grid.channel(0);
            this.range = grid.range(0);
            this.known = known;
            this.width = width;
        }

        void add(long[] bins, int sign) {
            double scale = params.scale();
            boolean exact = scale >= BINS_PER_STEP * width;
            for (int i = 0; i < bins.length; i++) {
                double x = sign * (i + 0.5) * width;
                double beyond = Math.max(x - range.high(), range.low() - x);
                if (bins[i] > 0 && beyond > scale / 2) {
                    double power = bins[i] * beyond * beyond;
                    clipped += power;
                    unseen += x > known.high() + width || x < known.low() - width ? power : 0;
                    outside += bins[i];
                } else if (bins[i] > 0) {
                    double d = x - params.snapped((float) x, spec);
                    rounded += bins[i] * (exact ? d * d : scale * scale * UNIFORM);
                }
            }
        }
    }
}
