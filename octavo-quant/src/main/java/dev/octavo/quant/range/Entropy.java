package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.ValueEvidence;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the clipping magnitude at which the quantized distribution is closest to the real one in
 * Kullback–Leibler divergence. For each candidate, P is the histogram up to it with the tail added to
 * its last bin, Q the part up to it merged to the grid's levels and spread evenly over the bins that
 * are not empty.
 *
 * <p>The divergence is nearly flat over a wide stretch of candidates. Of all within twice the least, the widest is
 * taken: the least itself is decided by noise, and clips more than a network bears.
 *
 * <p>Exact zeros are left out: they have a code of their own on every grid, and the spike that a Relu
 * makes of them would drown the rest. Needs several bins per level; a grid finer than the histogram
 * (12 bits and more) takes the full range.
 *
 * <p>Source: Migacz, "8-bit inference with TensorRT", GTC 2017; see the glossary for its traps.
 */
public record Entropy() implements RangeRule {
    private static final int BINS = 2048;
    private static final int CANDIDATES = 128;

    /* The divergence is flat around its least; of the candidates this near it, the widest clips least for the same. */
    private static final double NEAR = 2;

    @Override
    public Range choose(ValueEvidence seen, QuantSpec spec) {
        DyadicHistogram h = seen.histogram();
        double[] p = magnitudes(h);
        // bins in use: the largest magnitude lies in the upper half of the grid
        int used = p.length;
        boolean twoSided = h.min() < 0 && h.max() > 0;
        int levels = 1 << (twoSided || (spec.signed() && spec.symmetric()) ? spec.bits() - 1 : spec.bits());
        if (used < 2 * levels) {
            return new MinMax().choose(seen, spec);
        }
        double width = h.binWidth() * (DyadicHistogram.BINS / (double) BINS);
        double threshold = Math.min(h.maxAbs(), bestBins(p, used, levels) * width);
        return new Range(Math.max(h.min(), -threshold), Math.min(h.max(), threshold));
    }

    /* Counts by magnitude, zeros left out, four fine bins to one. */
    private static double[] magnitudes(DyadicHistogram h) {
        int fold = DyadicHistogram.BINS / BINS;
        long[] plus = h.positive();
        long[] minus = h.negative();
        double[] p = new double[(Math.max(plus.length, minus.length) + fold - 1) / fold];
        for (int i = 0; i < plus.length; i++) {
            p[i / fold] += plus[i];
        }
        for (int i = 0; i < minus.length; i++) {
            p[i / fold] += minus[i];
        }
        return p;
    }

    private static int bestBins(double[] p, int used, int levels) {
        double total = 0;
        for (double x : p) {
            total += x;
        }
        int step = Math.max(1, (used - levels) / CANDIDATES);
        List<double[]> candidates = new ArrayList<>();
        double least = Double.POSITIVE_INFINITY;
        double inside = 0;
        int counted = 0;
        for (int n = levels; n <= used; n = n < used && n + step > used ? used : n + step) {
            for (; counted < n; counted++) {
                inside += p[counted];
            }
            double kl = divergence(p, n, levels, total, inside);
            candidates.add(new double[] {n, kl});
            least = Math.min(least, kl);
        }
        int widest = used;
        for (double[] c : candidates) {
            if (c[1] <= NEAR * least) {
                widest = (int) c[0];
            }
        }
        return widest;
    }

    /* KL(P‖Q) with P = p[0..n) and its tail in the last bin, both normalised. */
    private static double divergence(double[] p, int n, int levels, double total, double inside) {
        if (inside <= 0) {
            return Double.POSITIVE_INFINITY;
        }
        double tail = total - inside;
        double kl = 0;
        for (int level = 0; level < levels; level++) {
            int from = (int) ((long) level * n / levels);
            int to = (int) ((long) (level + 1) * n / levels);
            double mass = 0;
            int filled = 0;
            for (int i = from; i < to; i++) {
                mass += p[i];
                filled += p[i] > 0 ? 1 : 0;
            }
            for (int i = from; i < to; i++) {
                double pi = (p[i] + (i == n - 1 ? tail : 0)) / total;
                if (pi > 0) {
                    // An empty last bin that receives the tail has no mass in Q: a small one keeps it finite.
                    double q = p[i] > 0 ? mass / filled / inside : 1e-4 / total;
                    kl += pi * Math.log(pi / q);
                }
            }
        }
        return kl;
    }
}
