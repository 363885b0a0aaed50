package dev.octavo.core.stat;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Several running sums of doubles without rounding error, so that the order of adding does not
 * matter. Each addend is first rounded to a multiple of 2⁻¹⁴⁹ (the least float, so sums of floats
 * lose nothing); sums stay below 2¹⁹⁰ in magnitude.
 */
public final class ExactSums implements Stat<ExactSums> {
    /*
     * Invariant: sum k is Σ limb[k][i]·2^(32i - 149) with limbs 0..LIMBS-2 in [0, 2^32) and the last one signed:
     * two's complement in base 2^32, hence one form per number and plain array equality. While a summary is being built the
     * limbs may be out of range (carries are put off: an addition touches three limbs), until copy() puts them in order.
     */
    private static final long serialVersionUID = 1L;

    private static final int LIMBS = 11;
    private static final int UNIT = -149;
    private static final long MASK = 0xffffffffL;

    private static final int CARRY_AT = 1 << 30;

    private final long[] limbs;
    private transient int loose; // additions since the last carry

    /** {@code n} sums, all zero. */
    public ExactSums(int n) {
        this.limbs = new long[n * LIMBS];
    }

    private ExactSums(long[] limbs) {
        this.limbs = limbs;
    }

    /**
     * Sums of one addend each, to be merged.
     *
     * @param addends finite and below 2¹⁸⁸ in magnitude
     */
    public static ExactSums of(double... addends) {
        ExactSums sums = new ExactSums(addends.length);
        for (int k = 0; k < addends.length; k++) {
            sums.add(k, addends[k]);
        }
        sums.carry();
        return sums;
    }

    /** Number of sums. */
    public int size() {
        return limbs.length / LIMBS;
    }

    /** Adds to sum {@code k}; used while a summary is being built, which then gives away a {@link #copy}. */
    void add(int k, double x) {
        if (x == 0) {
            return;
        }
        if (!(Math.abs(x) < 0x1p188)) {
            throw new IllegalArgumentException("a finite addend below 2^188 expected, got " + x);
        }
        int shift = Math.getExponent(x) - 52 - UNIT;
        long m = (Double.doubleToRawLongBits(x) & 0xfffffffffffffL) | 0x10000000000000L;
        if (shift < 0) {
            if (shift < -54) {
                return;
            }
            long half = 1L << (-shift - 1);
            m = (m + half) >> -shift;
            shift = 0;
        }
        int limb = shift >>> 5;
        int bit = shift & 31;
        long low = (m << bit) & MASK;
        long mid = bit == 0 ? m >>> 32 : (m >>> (32 - bit)) & MASK;
        long high = bit == 0 ? 0 : m >>> (64 - bit);
        int base = k * LIMBS + limb;
        if (x > 0) {
            limbs[base] += low;
            limbs[base + 1] += mid;
            limbs[base + 2] += high;
        } else {
            limbs[base] -= low;
            limbs[base + 1] -= mid;
            limbs[base + 2] -= high;
        }
        loose++;
        if (loose >= CARRY_AT) {
            carry();
        }
    }

    /* Restores the invariant after additions. */
    private void carry() {
        if (loose == 0) {
            return;
        }
        for (int k = 0; k < size(); k++) {
            long carry = 0;
            int last = k * LIMBS + LIMBS - 1;
            for (int i = k * LIMBS; i < last; i++) {
                long v = limbs[i] + carry;
                limbs[i] = v & MASK;
                carry = v >> 32;
            }
            limbs[last] += carry;
        }
        loose = 0;
    }

    /** Sum {@code k}, correctly rounded. */
    public double get(int k) {
        BigInteger sum = BigInteger.valueOf(limbs[k * LIMBS + LIMBS - 1]);
        for (int i = LIMBS - 2; i >= 0; i--) {
            sum = sum.shiftLeft(32).add(BigInteger.valueOf(limbs[k * LIMBS + i]));
        }
        return Math.scalb(sum.doubleValue(), UNIT);
    }

    @Override
    public ExactSums merge(ExactSums o) {
        if (o.size() != size()) {
            throw new IllegalArgumentException("sums of " + size() + " and of " + o.size() + " channels");
        }
        ExactSums out = copy();
        for (int k = 0; k < size(); k++) {
            long carry = 0;
            for (int i = k * LIMBS; i < (k + 1) * LIMBS; i++) {
                long v = out.limbs[i] + o.limbs[i] + carry;
                boolean last = i == (k + 1) * LIMBS - 1;
                out.limbs[i] = last ? v : v & MASK;
                carry = v >> 32;
            }
        }
        return out;
    }

    ExactSums copy() {
        carry();
        return new ExactSums(limbs.clone());
    }

    /** The internal form, for codecs: {@link #ofRaw} takes it back. */
    public long[] raw() {
        return limbs.clone();
    }

    /** The sums whose {@link #raw} form this is. */
    public static ExactSums ofRaw(long[] raw) {
        if (raw.length % LIMBS != 0) {
            throw new IllegalArgumentException("a multiple of " + LIMBS + " limbs expected, got " + raw.length);
        }
        return new ExactSums(raw.clone());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExactSums o && Arrays.equals(limbs, o.limbs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(limbs);
    }
}
