package dev.octavo.core.stat;

/**
 * Floats seen as the integers that their bits spell. A key is such an integer made to order like the float: keys
 * compare with integer instructions, which the compiler vectorizes where it would not compare floats.
 */
final class FloatBits {
    /** The range that holds nothing: its low key lies above its high key. */
    static final int NONE_LOW = Integer.MAX_VALUE;

    static final int NONE_HIGH = Integer.MIN_VALUE;

    private FloatBits() {}

    /** Number of zeros among values none of which has its sign bit set. */
    static int zeros(int[] bits, int n) {
        int z = 0;
        for (int i = 0; i < n; i++) {
            z += (bits[i] - 1) >>> 31;
        }
        return z;
    }

    /** Zeros of either sign in the lower 16 bits, numbers below zero in the upper; at most 2^15 values. */
    static int zerosAndNegatives(int[] bits, int n) {
        int both = 0;
        for (int i = 0; i < n; i++) {
            int magnitude = bits[i] & 0x7fffffff;
            both += ((magnitude - 1) >>> 31) + (((bits[i] & -magnitude) >>> 31) << 16);
        }
        return both;
    }

    /** Maps float bits to integers of the same order. */
    static int key(int bits) {
        return bits ^ ((bits >> 31) & 0x7fffffff);
    }

    /** The float of a key. */
    static float value(int key) {
        return Float.intBitsToFloat(key(key));
    }
}
