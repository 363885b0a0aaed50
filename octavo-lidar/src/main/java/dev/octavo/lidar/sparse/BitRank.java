package dev.octavo.lidar.sparse;

/**
 * A set of whole numbers below a limit, one bit each, that knows how many members lie before each: cells come out in
 * order, and a cell's row is its rank.
 */
final class BitRank {
    /** Above so many cells (16 MiB of bits) a set of keys is smaller. */
    static final long MOST = 1L << 27;

    private final long[] bits;
    private int[] before = new int[0];

    BitRank(long limit) {
        bits = new long[(int) ((limit + 63) >>> 6)];
    }

    void add(long member) {
        bits[(int) (member >>> 6)] |= 1L << member;
    }

    /** The members in rising order; from then on {@link #rank} answers. */
    long[] members() {
        before = new int[bits.length];
        int count = 0;
        for (int w = 0; w < bits.length; w++) {
            before[w] = count;
            count += Long.bitCount(bits[w]);
        }
        long[] out = new long[count];
        int at = 0;
        for (int w = 0; w < bits.length; w++) {
            for (long rest = bits[w]; rest != 0; rest &= rest - 1) {
                out[at++] = ((long) w << 6) + Long.numberOfTrailingZeros(rest);
            }
        }
        return out;
    }

    /** How many members are less than this member. */
    int rank(long member) {
        int w = (int) (member >>> 6);
        return before[w] + Long.bitCount(bits[w] & ((1L << member) - 1));
    }
}
