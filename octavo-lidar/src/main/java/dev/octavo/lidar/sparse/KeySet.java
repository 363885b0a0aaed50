package dev.octavo.lidar.sparse;

import java.util.Arrays;

/** Distinct keys, collected by hashing and given out in order. Grows. */
final class KeySet {
    private static final long FREE = -1;

    private long[] slots;
    private int size;

    KeySet(int expected) {
        slots = empty(Integer.highestOneBit(Math.max(8, expected)) * 4);
    }

    private static long[] empty(int capacity) {
        long[] slots = new long[capacity];
        Arrays.fill(slots, FREE);
        return slots;
    }

    void add(long key) {
        if (put(slots, key)) {
            size++;
            if (2 * size > slots.length) {
                long[] larger = empty(slots.length * 2);
                for (long k : slots) {
                    if (k != FREE) {
                        put(larger, k);
                    }
                }
                slots = larger;
            }
        }
    }

    private static boolean put(long[] slots, long key) {
        int mask = slots.length - 1;
        int at = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (slots[at] != FREE) {
            if (slots[at] == key) {
                return false;
            }
            at = (at + 1) & mask;
        }
        slots[at] = key;
        return true;
    }

    /** The keys in rising order. */
    long[] sorted() {
        long[] keys = new long[size];
        int n = 0;
        for (long k : slots) {
            if (k != FREE) {
                keys[n++] = k;
            }
        }
        Arrays.sort(keys);
        return keys;
    }
}
