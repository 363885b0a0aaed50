package dev.octavo.analysis.compare;

import dev.octavo.core.stat.ExactSums;
import dev.octavo.core.stat.Stat;

/**
 * What two tensors of the same shape, a float one x and its quantized counterpart y, were over the samples seen. Sums
 * of one sample are taken in order, those of samples added exactly: the order of samples does not matter, and memory
 * does not grow with them.
 *
 * @param elements number of pairs
 * @param samples number of samples
 * @param sums of x, x², y, y², x·y, |x − y|, (x − y)², and over samples of KL(softmax x ‖ softmax y), the softmax
 *     taken over all elements of a sample
 * @param most the largest |x − y|
 * @param mostRelative the largest |x − y| / |x| over x ≠ 0
 * @param x least and largest x
 * @param y least and largest y
 * @param notANumber elements of y that are NaN or infinite; they are in no sum
 */
public record PairStats(
        long elements,
        long samples,
        ExactSums sums,
        double most,
        double mostRelative,
        Extent x,
        Extent y,
        long notANumber)
        implements Stat<PairStats> {
    private static final long serialVersionUID = 1L;

    /** SQNR of two tensors that do not differ: more than float arithmetic can tell apart, in dB. */
    public static final double NO_NOISE = 150;

    private static final int X = 0;
    private static final int XX = 1;
    private static final int Y = 2;
    private static final int YY = 3;
    private static final int XY = 4;
    private static final int ABSOLUTE = 5;
    private static final int SQUARED = 6;
    private static final int DIVERGENCE = 7;

    /* Sums are kept below what exact addition takes; only tensors far beyond any network come near. */
    private static final double MOST_ADDEND = 0x1p180;

    /** Nothing seen yet. */
    public static final PairStats NONE = new PairStats(0, 0, new ExactSums(8), 0, 0, Extent.NONE, Extent.NONE, 0);

    /**
     * Least and largest value.
     *
     * @param min +∞ when nothing was seen
     * @param max −∞ when nothing was seen
     */
    public record Extent(double min, double max) implements java.io.Serializable {
        static final Extent NONE = new Extent(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

        Extent and(Extent o) {
            return new Extent(Math.min(min, o.min), Math.max(max, o.max));
        }
    }

    /** One sample: x in float, y quantized, of the same length. */
    public static PairStats of(float[] x, float[] y) {
        double[] sums = new double[8];
        double most = 0;
        double relative = 0;
        Extent ofX = Extent.NONE;
        Extent ofY = Extent.NONE;
        double minX = ofX.min();
        double maxX = ofX.max();
        double minY = ofY.min();
        double maxY = ofY.max();
        long strange = 0;
        for (int i = 0; i < x.length; i++) {
            double a = x[i];
            double b = y[i];
            if (!(Math.abs(b) <= Float.MAX_VALUE)) {
                strange++;
                continue;
            }
            double d = Math.abs(a - b);
            sums[X] += a;
            sums[XX] += a * a;
            sums[Y] += b;
            sums[YY] += b * b;
            sums[XY] += a * b;
            sums[ABSOLUTE] += d;
            sums[SQUARED] += d * d;
            most = Math.max(most, d);
            relative = a == 0 ? relative : Math.max(relative, d / Math.abs(a));
            minX = Math.min(minX, a);
            maxX = Math.max(maxX, a);
            minY = Math.min(minY, b);
            maxY = Math.max(maxY, b);
        }
        sums[DIVERGENCE] = strange > 0 ? 0 : divergence(x, y, maxX, maxY);
        for (int k = 0; k < sums.length; k++) {
            sums[k] = Math.max(-MOST_ADDEND, Math.min(MOST_ADDEND, sums[k]));
        }
        return new PairStats(
                x.length,
                1,
                ExactSums.of(sums),
                most,
                relative,
                new Extent(minX, maxX),
                new Extent(minY, maxY),
                strange);
    }

    /* KL of the softmaxes: Σ p·(x − y) − log Σ eˣ + log Σ eʸ, from the largest down so that nothing overflows. */
    private static double divergence(float[] x, float[] y, double maxX, double maxY) {
        double totalX = 0;
        double totalY = 0;
        double weighted = 0;
        for (int i = 0; i < x.length; i++) {
            double e = Math.exp(x[i] - maxX);
            totalX += e;
            totalY += Math.exp(y[i] - maxY);
            weighted += e * ((double) x[i] - y[i]);
        }
        double kl = weighted / totalX - (maxX + Math.log(totalX)) + (maxY + Math.log(totalY));
        return x.length == 0 ? 0 : Math.max(0, kl);
    }

    @Override
    public PairStats merge(PairStats o) {
        return new PairStats(
                elements + o.elements,
                samples + o.samples,
                sums.merge(o.sums),
                Math.max(most, o.most),
                Math.max(mostRelative, o.mostRelative),
                x.and(o.x),
                y.and(o.y),
                notANumber + o.notANumber);
    }

    /** Cosine of the angle between x and y; 1 when both are all zeros. */
    public double cosine() {
        double norm = Math.sqrt(sums.get(XX)) * Math.sqrt(sums.get(YY));
        return norm > 0 ? Math.min(1, sums.get(XY) / norm) : sums.get(XX) == sums.get(YY) ? 1 : 0;
    }

    /** Mean squared difference. */
    public double mse() {
        return sums.get(SQUARED) / finite();
    }

    /** Mean absolute difference. */
    public double l1() {
        return sums.get(ABSOLUTE) / finite();
    }

    /** Signal to quantization noise, dB. */
    public double sqnr() {
        double noise = sums.get(SQUARED);
        return noise == 0 ? NO_NOISE : Math.min(NO_NOISE, 10 * Math.log10(sums.get(XX) / noise));
    }

    /** Mean over samples of the divergence of y's softmax from x's. */
    public double kl() {
        return sums.get(DIVERGENCE) / Math.max(1, samples);
    }

    /** Mean of x. */
    public double meanX() {
        return sums.get(X) / finite();
    }

    /** Mean of y. */
    public double meanY() {
        return sums.get(Y) / finite();
    }

    /** Unbiased variance of x. */
    public double varianceX() {
        return variance(sums.get(X), sums.get(XX));
    }

    /** Unbiased variance of y. */
    public double varianceY() {
        return variance(sums.get(Y), sums.get(YY));
    }

    private double variance(double sum, double squares) {
        double n = finite();
        return n < 2 ? 0 : Math.max(0, (squares - sum * sum / n) / (n - 1));
    }

    private double finite() {
        return Math.max(1, elements - notANumber);
    }
}
