package dev.octavo.core.stat;

/**
 * Fills a {@link DyadicHistogram} quickly. Give it values a few thousand at a time so that both its
 * passes find them in the first-level cache. Not safe for several threads: one builder each, then
 * merge.
 */
public final class HistogramBuilder {
    private static final int BINS = DyadicHistogram.BINS;
    private static final long FLUSH_AT = 1L << 30;

    // Two tables taken in turn: consecutive equal values (zeros above all) would otherwise wait for
    // each other's store. Negative magnitudes lie above the positive ones.
    private int[] even = new int[0];
    private int[] odd = new int[0];
    private boolean signed;
    private final int[] scratch = new int[CHUNK];
    private long pending;
    private DyadicHistogram done = DyadicHistogram.EMPTY;
    private long zeros;
    private int exponent = DyadicHistogram.MIN_EXPONENT;
    private int lowKey = key(Float.floatToRawIntBits(Float.POSITIVE_INFINITY));
    private int highKey = key(Float.floatToRawIntBits(Float.NEGATIVE_INFINITY));

    /** How many values to hand over at a time. */
    public static final int CHUNK = 4096;

    /** Adds {@code values[from, to)}; fails on NaN and infinity. */
    public void add(float[] values, int from, int to) {
        for (int at = from; at < to; at += CHUNK) {
            int n = Math.min(CHUNK, to - at);
            for (int i = 0; i < n; i++) {
                scratch[i] = Float.floatToRawIntBits(values[at + i]);
            }
            if (!addBits(scratch, n)) {
                throw new IllegalArgumentException("NaN or infinity among the values");
            }
        }
    }

    /**
     * Adds the floats whose raw bits are {@code bits[0, n)}.
     *
     * @return false, with nothing added, when one of them is NaN or infinite
     */
    public boolean addBits(int[] bits, int n) {
        int low = Integer.MAX_VALUE;
        int high = Integer.MIN_VALUE;
        for (int i = 0; i < n; i++) {
            int k = key(bits[i]);
            low = Math.min(low, k);
            high = Math.max(high, k);
        }
        if (n == 0) {
            return true;
        }
        return addBits(bits, n, low, high);
    }

    /** As {@link #addBits(int[], int)} when the caller knows the least and greatest {@link #key}. */
    boolean addBits(int[] bits, int n, int low, int high) {
        int magnitude = Math.max(magnitude(low), magnitude(high));
        if (magnitude >= 0x7f800000) {
            return false;
        }
        lowKey = Math.min(lowKey, low);
        highKey = Math.max(highKey, high);
        int needed = DyadicHistogram.exponentFor(Float.intBitsToFloat(magnitude));
        if (needed > exponent) {
            flush();
            exponent = needed;
        }
        boolean negatives = low < 0;
        room(negatives);
        float inverse = Math.scalb(1f, -exponent);
        if (negatives) {
            countSigned(bits, n, inverse);
        } else {
            countNonNegative(bits, n, inverse);
        }
        pending += n;
        if (pending >= FLUSH_AT) {
            flush();
        }
        return true;
    }

    private void countNonNegative(int[] bits, int n, float inverse) {
        int[] a = even;
        int[] b = odd;
        int z = 0;
        for (int i = 0; i < n; i++) {
            z += bits[i] == 0 ? 1 : 0;
        }
        int i = 0;
        for (; i + 1 < n; i += 2) {
            a[(int) (Float.intBitsToFloat(bits[i]) * inverse)]++;
            b[(int) (Float.intBitsToFloat(bits[i + 1]) * inverse)]++;
        }
        if (i < n) {
            a[(int) (Float.intBitsToFloat(bits[i]) * inverse)]++;
        }
        // Zeros went to bin 0 of either table; the sum of both tables is what counts.
        a[0] -= z;
        zeros += z;
    }

    private void countSigned(int[] bits, int n, float inverse) {
        int[] a = even;
        int[] b = odd;
        int plus = 0;
        int minus = 0;
        for (int i = 0; i < n; i++) {
            plus += bits[i] == 0 ? 1 : 0;
            minus += bits[i] == 0x80000000 ? 1 : 0;
        }
        int i = 0;
        for (; i + 1 < n; i += 2) {
            a[bin(bits[i], inverse)]++;
            b[bin(bits[i + 1], inverse)]++;
        }
        if (i < n) {
            a[bin(bits[i], inverse)]++;
        }
        a[0] -= plus;
        a[BINS] -= minus;
        zeros += plus + minus;
    }

    private static int bin(int bits, float inverse) {
        return (int) (Float.intBitsToFloat(bits & 0x7fffffff) * inverse) + ((bits >>> 31) << 13);
    }

    /** Maps float bits to integers of the same order. */
    static int key(int bits) {
        return bits ^ ((bits >> 31) & 0x7fffffff);
    }

    /** The bits of |x| for the x of that key. */
    private static int magnitude(int key) {
        return key(key) & 0x7fffffff;
    }

    private void room(boolean negatives) {
        if (even.length == 0 || (negatives && !signed)) {
            int size = negatives ? 2 * BINS : BINS;
            even = java.util.Arrays.copyOf(even, size);
            odd = java.util.Arrays.copyOf(odd, size);
            signed = negatives;
        }
    }

    private void flush() {
        if (pending == 0 && zeros == 0) {
            return;
        }
        long[] positive = new long[BINS];
        long[] negative = new long[signed ? BINS : 0];
        for (int i = 0; i < BINS; i++) {
            positive[i] = (long) even[i] + odd[i];
        }
        for (int i = 0; i < negative.length; i++) {
            negative[i] = (long) even[BINS + i] + odd[BINS + i];
        }
        float min = Float.intBitsToFloat(key(lowKey));
        float max = Float.intBitsToFloat(key(highKey));
        int target = DyadicHistogram.exponentFor(Math.max(Math.abs(min), Math.abs(max)));
        done = done.merge(new DyadicHistogram(
                target,
                zeros,
                DyadicHistogram.folded(positive, target - exponent),
                DyadicHistogram.folded(negative, target - exponent),
                min,
                max));
        java.util.Arrays.fill(even, 0);
        java.util.Arrays.fill(odd, 0);
        pending = 0;
        zeros = 0;
    }

    /** The histogram of everything added so far. */
    public DyadicHistogram build() {
        flush();
        return done;
    }
}
