package dev.octavo.lidar.sparse;

/**
 * The keys of some cells in rising order, each with its row. Sorted by their digits of 11 bits, least first, which keeps
 * equal keys in the order of their rows.
 */
final class SortedKeys {
    private static final int DIGIT = 11;

    final long[] keys;
    final int[] rows;

    private SortedKeys(long[] keys, int[] rows) {
        this.keys = keys;
        this.rows = rows;
    }

    /** The keys in order; the array is not kept. */
    static SortedKeys of(long[] keysByRow) {
        long[] keys = keysByRow.clone();
        int[] rows = new int[keys.length];
        boolean sorted = true;
        long most = 0;
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
            sorted &= i == 0 || keys[i] >= keys[i - 1];
            most = Math.max(most, keys[i]);
        }
        if (sorted) {
            return new SortedKeys(keys, rows);
        }
        long[] otherKeys = new long[keys.length];
        int[] otherRows = new int[keys.length];
        for (int shift = 0; most >>> shift != 0; shift += DIGIT) {
            pass(keys, rows, otherKeys, otherRows, shift);
            long[] k = keys;
            keys = otherKeys;
            otherKeys = k;
            int[] r = rows;
            rows = otherRows;
            otherRows = r;
        }
        return new SortedKeys(keys, rows);
    }

    private static void pass(long[] keys, int[] rows, long[] toKeys, int[] toRows, int shift) {
        int mask = (1 << DIGIT) - 1;
        int[] at = new int[mask + 2];
        for (long key : keys) {
            at[((int) (key >>> shift) & mask) + 1]++;
        }
        for (int d = 0; d < mask; d++) {
            at[d + 1] += at[d];
        }
        for (int i = 0; i < keys.length; i++) {
            int to = at[(int) (keys[i] >>> shift) & mask]++;
            toKeys[to] = keys[i];
            toRows[to] = rows[i];
        }
    }

    /** The first place whose key is at least {@code key}. */
    int firstAtLeast(long key) {
        int low = 0;
        int high = keys.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (keys[middle] < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
