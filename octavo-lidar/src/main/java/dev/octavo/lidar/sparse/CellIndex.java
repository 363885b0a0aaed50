package dev.octavo.lidar.sparse;

import java.util.Arrays;

/**
 * Finds the row of a cell by its key: open addressing with linear probing over at most half-full arrays of a power of
 * two. Built by one thread, then read by any number.
 */
public final class CellIndex {
    /** Stands in {@link #keys} where there is none: no key is negative. */
    private static final long FREE = -1;

    private final long[] keys;
    private final int[] rows;
    private final int mask;
    private int size;

    /** An index with room for {@code most} keys without growing. */
    public CellIndex(int most) {
        int capacity = Integer.highestOneBit(Math.max(8, Math.max(most, 1) * 2 - 1)) << 1;
        keys = new long[capacity];
        Arrays.fill(keys, FREE);
        rows = new int[capacity];
        mask = capacity - 1;
    }

    /** Puts a key with its row unless the key is there; returns the row that is there then. */
    public int putIfAbsent(long key, int row) {
        int at = slot(key);
        if (keys[at] == FREE) {
            if (2 * (size + 1) > keys.length) {
                throw new IllegalStateException("an index for fewer cells: " + keys.length / 2);
            }
            keys[at] = key;
            rows[at] = row;
            size++;
        }
        return rows[at];
    }

    /** The row of a key, -1 when there is none. */
    public int find(long key) {
        int at = slot(key);
        return keys[at] == FREE ? -1 : rows[at];
    }

    private int slot(long key) {
        // Fibonacci hashing: neighbouring cells spread over the table. The upper half of the product is the good one.
        int at = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (keys[at] != FREE && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
