package dev.octavo.lidar.sparse;

/**
 * Three whole numbers, one per axis of a grid: an extent, a kernel, a stride, a padding. The order z, y, x is that of
 * coordinates and weights everywhere in this package.
 */
public record Zyx(int z, int y, int x) {
    /** 1 on every axis. */
    public static final Zyx ONE = all(1);

    /** 0 on every axis. */
    public static final Zyx ZERO = all(0);

    public Zyx {
        if (z < 0 || y < 0 || x < 0) {
            throw new IllegalArgumentException("numbers per axis are >= 0, got " + z + ", " + y + ", " + x);
        }
    }

    /** The same number on every axis. */
    public static Zyx all(int n) {
        return new Zyx(n, n, n);
    }

    /** The product: cells of a grid, offsets of a kernel. */
    public long volume() {
        return (long) z * y * x;
    }

    /** The number on axis 0 (z), 1 (y) or 2 (x). */
    public int axis(int i) {
        return switch (i) {
            case 0 -> z;
            case 1 -> y;
            case 2 -> x;
            default -> throw new IllegalArgumentException("axis 0, 1 or 2, got " + i);
        };
    }

    /** Whether every axis is at least {@code least}. */
    boolean atLeast(int least) {
        return z >= least && y >= least && x >= least;
    }

    @Override
    public String toString() {
        return z + "x" + y + "x" + x;
    }
}
