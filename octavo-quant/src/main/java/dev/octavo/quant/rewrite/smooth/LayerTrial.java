package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.quant.rewrite.smooth.SmoothOptions.Widths;
import java.util.Arrays;
import java.util.List;

/**
 * What quantization does to one layer's results, on rows of its input: everything that smoothing changes and nothing
 * else.
 *
 * <pre>
 *   Y = X·W        Ŷ = q(X/s)·q(s·W)        error = Σ(Ŷ - Y)² / ΣY²        L1 = mean |Ŷ - Y|
 * </pre>
 *
 * <p>The bias is left out, for it is the same in both. An estimate to choose by: what a plan means is decided by its
 * lowering alone.
 */
final class LayerTrial {
    private final WeightLayout layout;
    private final float[] weight; // [group][tap][row]
    private final int[] gridOf; // [group][row]
    private final List<float[]> rows;
    private final float[][] truth;
    private final double power;
    private final Widths widths;

    /** What is lost. */
    record Loss(double error, double l1) {}

    /**
     * A trial of a layer with the weight that it has now.
     *
     * @param rows from {@link InputRows}
     */
    LayerTrial(Weighted w, List<float[]> rows, Widths widths) {
        this.layout = WeightLayout.of(w);
        this.widths = widths;
        this.rows = rows;
        float[] flat = w.weight().constant().orElseThrow().floats();
        weight = new float[flat.length];
        gridOf = new int[layout.groups() * layout.rows()];
        for (int i = 0; i < flat.length; i++) {
            int g = layout.group(i);
            weight[(g * layout.taps() + layout.tap(i)) * layout.rows() + layout.row(i)] = flat[i];
            gridOf[g * layout.rows() + layout.row(i)] = layout.grid(i);
        }
        truth = new float[rows.size()][];
        double sum = 0;
        for (int r = 0; r < truth.length; r++) {
            truth[r] = product(rows.get(r), weight);
            for (float y : truth[r]) {
                sum += (double) y * y;
            }
        }
        power = sum;
    }

    /**
     * The loss with these factors.
     *
     * @param s one per input channel
     * @param seen the range of each input channel as it is before smoothing
     */
    Loss loss(double[] s, ChannelRanges seen) {
        float[] w = roundedWeight(s);
        QuantSpec spec = QuantSpec.perTensor(widths.activationBits(), false, false);
        QuantParams grid = QuantParams.forRange(seen.smoothed(s), spec);
        float[] inverse = new float[layout.groups() * layout.taps()];
        for (int k = 0; k < inverse.length; k++) {
            inverse[k] = (float) (1 / s[layout.inputOf(k / layout.taps(), k % layout.taps())]);
        }
        double squares = 0;
        double absolute = 0;
        long count = 0;
        float[] x = new float[inverse.length];
        for (int r = 0; r < truth.length; r++) {
            float[] row = rows.get(r);
            for (int k = 0; k < x.length; k++) {
                x[k] = row[k] == 0 ? 0 : grid.snapped(row[k] * inverse[k], spec);
            }
            float[] y = product(x, w);
            for (int m = 0; m < y.length; m++) {
                double d = (double) y[m] - truth[r][m];
                squares += d * d;
                absolute += Math.abs(d);
            }
            count += y.length;
        }
        return new Loss(power == 0 ? squares : squares / power, count == 0 ? 0 : absolute / count);
    }

    private float[] roundedWeight(double[] s) {
        float[] w = weight.clone();
        int taps = layout.taps();
        int n = layout.rows();
        float[] most = new float[widths.perChannel() ? layout.grids() : 1];
        for (int k = 0; k < layout.groups() * taps; k++) {
            double f = s[layout.inputOf(k / taps, k % taps)];
            for (int m = 0; m < n; m++) {
                w[k * n + m] = (float) (w[k * n + m] * f);
                int g = widths.perChannel() ? gridOf[k / taps * n + m] : 0;
                most[g] = Math.max(most[g], Math.abs(w[k * n + m]));
            }
        }
        QuantSpec spec = QuantSpec.perTensor(widths.weightBits(), true, true);
        QuantParams[] grids = new QuantParams[most.length];
        Arrays.setAll(grids, g -> QuantParams.forRange(new Range(-most[g], most[g]), spec));
        for (int k = 0; k < layout.groups() * taps; k++) {
            for (int m = 0; m < n; m++) {
                int g = widths.perChannel() ? gridOf[k / taps * n + m] : 0;
                w[k * n + m] = grids[g].snapped(w[k * n + m], spec);
            }
        }
        return w;
    }

    /* The results lie along the inner loop, which the compiler vectorizes; a sum of products it would not. */
    private float[] product(float[] x, float[] w) {
        int taps = layout.taps();
        int n = layout.rows();
        float[] y = new float[layout.groups() * n];
        for (int k = 0; k < x.length; k++) {
            float f = x[k];
            if (f != 0) {
                axpy(f, w, k * n, y, k / taps * n, n);
            }
        }
        return y;
    }

    private static void axpy(float f, float[] w, int from, float[] y, int to, int n) {
        for (int m = 0; m < n; m++) {
            y[to + m] += f * w[from + m];
        }
    }
}
