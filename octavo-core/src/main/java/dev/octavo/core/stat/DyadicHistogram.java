package dev.octavo.core.stat;

import java.util.Arrays;

/**
 * Counts of finite floats on a power-of-two grid anchored at zero. Zeros are counted apart, negative
 * and positive magnitudes in their own bins, minimum and maximum are exact.
 */
public final class DyadicHistogram implements Stat<DyadicHistogram> {
    /*
     * Invariants
     * 1. exponent is a function of max(|min|, |max|) alone: the least one (but at least MIN_EXPONENT) for which the
     *    largest magnitude lies below BINS·2^exponent.
     * 2. zeros + sum(positive) + sum(negative) = number of values seen.
     * 3. positive[i] counts values in [i·2^exponent, (i+1)·2^exponent), negative[i] the same of -x; neither counts 0.
     * Folding by a power of two is exact because floor(floor(x)/2) = floor(x/2): hence the monoid.
     */
    private static final long serialVersionUID = 1L;

    /** Bins per sign. The largest magnitude lies in the upper half of them. */
    public static final int BINS = 1 << 13;

    static final int MIN_EXPONENT = -126;

    /** The histogram of nothing. */
    public static final DyadicHistogram EMPTY = new DyadicHistogram(
            MIN_EXPONENT, 0, new long[0], new long[0], Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);

    private final int exponent;
    private final long zeros;
    private final long[] positive; // trailing zero counts trimmed
    private final long[] negative;
    private final float min;
    private final float max;

    /**
     * A histogram from its parts.
     *
     * @param exponent bins are 2^exponent wide
     * @param zeros number of values equal to 0
     * @param positive counts by magnitude bin, at most {@link #BINS}
     * @param negative counts by magnitude bin, at most {@link #BINS}
     * @param min smallest value seen, +∞ if none
     * @param max largest value seen, −∞ if none
     */
    public DyadicHistogram(int exponent, long zeros, long[] positive, long[] negative, float min, float max) {
        this.exponent = exponent;
        this.zeros = zeros;
        this.positive = trimmed(positive);
        this.negative = trimmed(negative);
        this.min = min + 0f; // -0 becomes 0, so that equal data give equal bits
        this.max = max + 0f;
        if (positive.length > BINS || negative.length > BINS || exponent < MIN_EXPONENT || zeros < 0) {
            throw new IllegalArgumentException(
                    "not a dyadic histogram: exponent " + exponent + ", " + positive.length + " bins");
        }
        if (count() > 0 && exponent != exponentFor(maxAbs())) {
            throw new IllegalArgumentException("exponent " + exponent + " does not belong to magnitude " + maxAbs());
        }
    }

    /** The histogram of these values; fails on NaN and infinity. */
    public static DyadicHistogram of(float... values) {
        HistogramBuilder b = new HistogramBuilder();
        b.add(values, 0, values.length);
        return b.build();
    }

    /** The exponent of the grid for data of that largest magnitude. */
    public static int exponentFor(float maxAbs) {
        int bits = Integer.numberOfTrailingZeros(BINS);
        return Math.max(MIN_EXPONENT, Math.getExponent(maxAbs) + 1 - bits);
    }

    public int exponent() {
        return exponent;
    }

    /** Width of a bin, in real units. */
    public double binWidth() {
        return Math.scalb(1.0, exponent);
    }

    public long zeros() {
        return zeros;
    }

    /** Counts of positive values by magnitude bin; bins beyond the end are empty. A copy. */
    public long[] positive() {
        return positive.clone();
    }

    /** Counts of negative values by magnitude bin; bins beyond the end are empty. A copy. */
    public long[] negative() {
        return negative.clone();
    }

    /** Smallest value seen; +∞ if none. */
    public float min() {
        return min;
    }

    /** Largest value seen; −∞ if none. */
    public float max() {
        return max;
    }

    /** Largest magnitude seen; 0 if nothing was. */
    public float maxAbs() {
        return isEmpty() ? 0f : Math.max(Math.abs(min), Math.abs(max));
    }

    public boolean isEmpty() {
        return min > max;
    }

    /** Number of values seen. */
    public long count() {
        return zeros + Arrays.stream(positive).sum() + Arrays.stream(negative).sum();
    }

    /**
     * The value below which the fraction {@code p} of the values lies, interpolated within its bin and
     * never outside [min, max].
     *
     * @param p fraction in [0, 1]
     */
    public double quantile(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("p is a fraction in [0, 1], got " + p);
        }
        if (isEmpty()) {
            throw new IllegalStateException("a histogram of nothing has no quantiles");
        }
        double rank = p * count();
        double width = binWidth();
        double seen = 0;
        for (int i = negative.length - 1; i >= 0; i--) {
            if (negative[i] > 0 && seen + negative[i] >= rank) {
                return within(-(i + 1) * width + width * (rank - seen) / negative[i]);
            }
            seen += negative[i];
        }
        if (zeros > 0 && seen + zeros >= rank) {
            return within(0);
        }
        seen += zeros;
        for (int i = 0; i < positive.length; i++) {
            if (positive[i] > 0 && seen + positive[i] >= rank) {
                return within(i * width + width * (rank - seen) / positive[i]);
            }
            seen += positive[i];
        }
        return max;
    }

    private double within(double x) {
        return Math.max(min, Math.min(max, x));
    }

    @Override
    public DyadicHistogram merge(DyadicHistogram o) {
        if (isEmpty()) {
            return o;
        }
        if (o.isEmpty()) {
            return this;
        }
        int e = Math.max(exponent, o.exponent);
        return new DyadicHistogram(
                e,
                zeros + o.zeros,
                sum(folded(positive, e - exponent), folded(o.positive, e - o.exponent)),
                sum(folded(negative, e - exponent), folded(o.negative, e - o.exponent)),
                Math.min(min, o.min),
                Math.max(max, o.max));
    }

    static long[] folded(long[] counts, int shift) {
        if (shift == 0) {
            return counts;
        }
        int s = Math.min(shift, 31);
        long[] out = new long[counts.length == 0 ? 0 : ((counts.length - 1) >>> s) + 1];
        for (int i = 0; i < counts.length; i++) {
            out[i >>> s] += counts[i];
        }
        return out;
    }

    private static long[] sum(long[] a, long[] b) {
        long[] out = Arrays.copyOf(a, Math.max(a.length, b.length));
        for (int i = 0; i < b.length; i++) {
            out[i] += b[i];
        }
        return out;
    }

    private static long[] trimmed(long[] counts) {
        int n = counts.length;
        while (n > 0 && counts[n - 1] == 0) {
            n--;
        }
        return Arrays.copyOf(counts, n);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DyadicHistogram o
                && exponent == o.exponent
                && zeros == o.zeros
                && Float.compare(min, o.min) == 0
                && Float.compare(max, o.max) == 0
                && Arrays.equals(positive, o.positive)
                && Arrays.equals(negative, o.negative);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(positive) + Arrays.hashCode(negative)) + Long.hashCode(zeros) + exponent;
    }

    @Override
    public String toString() {
        return isEmpty() ? "empty histogram" : count() + " values in [" + min + ", " + max + "], bins of " + binWidth();
    }
}
