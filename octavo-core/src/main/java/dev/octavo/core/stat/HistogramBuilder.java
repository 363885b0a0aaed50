package dev.octavo.core.stat;

import java.util.Arrays;

/**
 * Fills a {@link DyadicHistogram} quickly, and on the way sums up runs of values. Give it values a few thousand at a
 * time so that all its passes find them in the first-level cache. Not safe for several threads: one builder each, then
 * merge.
 */
public final class HistogramBuilder {
    /*
     * The loops that see every value do nothing but compare, add and count; whatever is rare leaves them.
     * 1. A key is the float's bits made to order like an integer. A value is rare when its key lies outside the guard:
     *    the range that this sample and this run have both covered already. Every rare value widens one of the two, so
     *    there are few, and range, grid and sign are looked after there (admit).
     * 2. Truncation counts zeros and the bins next to zero in one place; zeros and negatives are counted by a second,
     *    vectorized loop, and the three are told apart when the tables are emptied (flush).
     * 3. Without negatives two tables are taken in turn: equal neighbours (the many zeros after a Relu) would otherwise
     *    wait for each other's store. With negatives equal neighbours are rare, and one table leaves room in the cache.
     * 4. Four partial sums hide the latency of addition. Which value goes to which depends on its place in the run
     *    alone, so a run's sum does not depend on what was seen before.
     */
    private static final int BINS = DyadicHistogram.BINS;
    private static final long FLUSH_AT = 1L << 30;
    private static final int INFINITY = 0x7f800000;

    /** How many values to hand over at a time. */
    public static final int CHUNK = 4096;

    private int[] even =
            new int[0]; // once signed the only table: bin i of positive values at BINS + i, of negative at BINS - i
    private int[] odd = new int[0];
    private boolean signed;
    private int exponent = DyadicHistogram.MIN_EXPONENT;
    private float inverse = Math.scalb(1f, -exponent);
    private long pending;
    private long zeros;
    private long negatives;
    private int low = FloatBits.NONE_LOW;
    private int high = FloatBits.NONE_HIGH;
    private DyadicHistogram done = DyadicHistogram.EMPTY;

    private int sampleLow = FloatBits.NONE_LOW;
    private int sampleHigh = FloatBits.NONE_HIGH;
    private int runLow = FloatBits.NONE_LOW;
    private int runHigh = FloatBits.NONE_HIGH;
    private int guardBase; // a key is inside when key - guardBase < guardLimit, compared with sign
    private int guardLimit = Integer.MIN_VALUE;
    private double lane0;
    private double lane1;
    private double lane2;
    private double lane3;

    /** Adds {@code values[from, to)}; fails on NaN and infinity, and the builder must then be thrown away. */
    public void add(float[] values, int from, int to) {
        int[] bits = new int[Math.min(CHUNK, to - from)];
        for (int at = from; at < to; at += CHUNK) {
            int n = Math.min(CHUNK, to - at);
            for (int i = 0; i < n; i++) {
                bits[i] = Float.floatToRawIntBits(values[at + i]);
            }
            if (!addBits(bits, n)) {
                throw new IllegalArgumentException("NaN or infinity among the values");
            }
        }
    }

    /**
     * Adds the floats whose raw bits are {@code bits[0, n)}.
     *
     * @return false when one of them is NaN or infinite; the builder must then be thrown away
     */
    public boolean addBits(int[] bits, int n) {
        beginRun(FloatBits.NONE_LOW, FloatBits.NONE_HIGH);
        boolean finite = run(bits, 0, n);
        endChunk(bits, n);
        return finite;
    }

    /** From here on {@link #sampleLow} and {@link #sampleHigh} speak of a new sample. */
    void beginSample() {
        sampleLow = FloatBits.NONE_LOW;
        sampleHigh = FloatBits.NONE_HIGH;
    }

    /** Starts a run that has covered the keys from {@code lowKey} to {@code highKey} before. */
    void beginRun(int lowKey, int highKey) {
        runLow = lowKey;
        runHigh = highKey;
        setGuard();
        lane0 = lane1 = lane2 = lane3 = 0;
    }

    /** Continues the run with {@code bits[from, to)}; false when a value is NaN or infinite. */
    boolean run(int[] bits, int from, int to) {
        int at = signed ? from : countNonNegative(bits, from, to);
        if (signed && at >= 0) {
            at = countSigned(bits, at, to);
        }
        if (at < 0) {
            return false;
        }
        for (; at < to; at++) {
            int x = bits[at];
            if (!admit(x)) {
                return false;
            }
            lane0 += Float.intBitsToFloat(x);
            even[(int) (Float.intBitsToFloat(x) * inverse) + (signed ? BINS : 0)]++;
        }
        return true;
    }

    /** To be called once the runs have gone through all of {@code bits[0, n)}. */
    void endChunk(int[] bits, int n) {
        if (signed) {
            int both = FloatBits.zerosAndNegatives(bits, n);
            zeros += both & 0xffff;
            negatives += both >>> 16;
        } else {
            zeros += FloatBits.zeros(bits, n);
        }
        pending += n;
        if (pending >= FLUSH_AT) {
            flush();
        }
    }

    double runSum() {
        return (lane0 + lane1) + (lane2 + lane3);
    }

    int runLow() {
        return runLow;
    }

    int runHigh() {
        return runHigh;
    }

    int sampleLow() {
        return sampleLow;
    }

    int sampleHigh() {
        return sampleHigh;
    }

    /* Returns how far it came: to the last whole group of four, or to the first negative value; -1: not finite. */
    private int countNonNegative(int[] bits, int from, int to) {
        int[] a = even;
        int[] b = odd;
        float inv = inverse;
        int base = guardBase;
        int limit = guardLimit;
        double s0 = lane0;
        double s1 = lane1;
        double s2 = lane2;
        double s3 = lane3;
        int i = from;
        for (; i + 3 < to; i += 4) {
            int p = bits[i];
            int q = bits[i + 1];
            int r = bits[i + 2];
            int t = bits[i + 3];
            if (p - base >= limit || q - base >= limit || r - base >= limit || t - base >= limit) {
                if (!admit(p) || !admit(q) || !admit(r) || !admit(t)) {
                    return -1;
                }
                if (signed) {
                    break;
                }
                a = even;
                b = odd;
                inv = inverse;
                base = guardBase;
                limit = guardLimit;
            }
            float w = Float.intBitsToFloat(p);
            float x = Float.intBitsToFloat(q);
            float y = Float.intBitsToFloat(r);
            float z = Float.intBitsToFloat(t);
            s0 += w;
            s1 += x;
            s2 += y;
            s3 += z;
            a[(int) (w * inv)]++;
            b[(int) (x * inv)]++;
            a[(int) (y * inv)]++;
            b[(int) (z * inv)]++;
        }
        lane0 = s0;
        lane1 = s1;
        lane2 = s2;
        lane3 = s3;
        return i;
    }

    private int countSigned(int[] bits, int from, int to) {
        int[] a = even;
        float inv = inverse;
        int base = guardBase;
        int limit = guardLimit;
        double s0 = lane0;
        double s1 = lane1;
        double s2 = lane2;
        double s3 = lane3;
        int i = from;
        for (; i + 3 < to; i += 4) {
            int p = bits[i];
            int q = bits[i + 1];
            int r = bits[i + 2];
            int t = bits[i + 3];
            if (FloatBits.key(p) - base >= limit
                    || FloatBits.key(q) - base >= limit
                    || FloatBits.key(r) - base >= limit
                    || FloatBits.key(t) - base >= limit) {
                if (!admit(p) || !admit(q) || !admit(r) || !admit(t)) {
                    return -1;
                }
                a = even;
                inv = inverse;
                base = guardBase;
                limit = guardLimit;
            }
            float w = Float.intBitsToFloat(p);
            float x = Float.intBitsToFloat(q);
            float y = Float.intBitsToFloat(r);
            float z = Float.intBitsToFloat(t);
            s0 += w;
            s1 += x;
            s2 += y;
            s3 += z;
            a[(int) (w * inv) + BINS]++;
            a[(int) (x * inv) + BINS]++;
            a[(int) (y * inv) + BINS]++;
            a[(int) (z * inv) + BINS]++;
        }
        lane0 = s0;
        lane1 = s1;
        lane2 = s2;
        lane3 = s3;
        return i;
    }

    /* Makes room for a value: false when it is NaN or infinite. */
    private boolean admit(int bits) {
        int magnitude = bits & 0x7fffffff;
        if (magnitude >= INFINITY) {
            return false;
        }
        int k = FloatBits.key(bits);
        runLow = Math.min(runLow, k);
        runHigh = Math.max(runHigh, k);
        sampleLow = Math.min(sampleLow, k);
        sampleHigh = Math.max(sampleHigh, k);
        setGuard();
        if (k < low || k > high) {
            widen(k, magnitude);
        }
        return true;
    }

    private void widen(int key, int magnitude) {
        low = Math.min(low, key);
        high = Math.max(high, key);
        regrid(Math.max(exponent, DyadicHistogram.exponentFor(Float.intBitsToFloat(magnitude))));
        inverse = Math.scalb(1f, -exponent);
    }

    /** Whether nothing was added since it was made. */
    boolean isEmpty() {
        return low > high;
    }

    /**
     * Makes room at once for a value that is about to be added, instead of a little more with each new extreme.
     *
     * @return false when it is NaN or infinite
     */
    boolean reserve(int bits) {
        int magnitude = bits & 0x7fffffff;
        int k = FloatBits.key(bits);
        if (magnitude < INFINITY && (k < low || k > high)) {
            widen(k, magnitude);
        }
        return magnitude < INFINITY;
    }

    private void setGuard() {
        int from = Math.max(runLow, sampleLow);
        int to = Math.min(runHigh, sampleHigh);
        guardBase = from + Integer.MIN_VALUE;
        guardLimit = from > to ? Integer.MIN_VALUE : to - from + 1 + Integer.MIN_VALUE;
    }

    /* Makes the bins 2^needed wide and has room for both signs if a value below zero was seen. */
    private void regrid(int needed) {
        boolean both = low < 0;
        if (even.length > 0 && needed == exponent && both == signed) {
            return;
        }
        int[] out = new int[both ? 2 * BINS : BINS];
        spread(even, out, needed, both);
        spread(odd, out, needed, both);
        even = out;
        odd = both ? new int[0] : new int[BINS];
        signed = both;
        exponent = needed;
    }

    private void spread(int[] table, int[] out, int needed, boolean both) {
        int shift = Math.min(31, needed - exponent);
        int from = signed ? BINS : 0;
        int to = both ? BINS : 0;
        for (int i = 0; i < table.length; i++) {
            int bin = i - from;
            out[bin < 0 ? to - (-bin >> shift) : to + (bin >> shift)] += table[i];
        }
    }

    private void flush() {
        if (pending == 0) {
            return;
        }
        long[] positive = new long[BINS];
        long[] negative = new long[signed ? BINS : 0];
        positive[0] = pending - zeros - negatives;
        for (int i = 1; i < BINS; i++) {
            positive[i] = signed ? even[BINS + i] : (long) even[i] + odd[i];
            positive[0] -= positive[i];
        }
        if (signed) {
            negative[0] = negatives;
            for (int i = 1; i < BINS; i++) {
                negative[i] = even[BINS - i];
                negative[0] -= negative[i];
            }
        }
        done = done.merge(
                new DyadicHistogram(exponent, zeros, positive, negative, FloatBits.value(low), FloatBits.value(high)));
        Arrays.fill(even, 0);
        Arrays.fill(odd, 0);
        pending = 0;
        zeros = 0;
        negatives = 0;
    }

    /** The histogram of everything added so far. */
    public DyadicHistogram build() {
        flush();
        return done;
    }
}
