package dev.octavo.lidar.sparse;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes the table of a strided convolution. An input cell reaches the output cell {@code (in + padding - k·dilation) /
 * stride} at every offset where that is whole and inside; the output cells are all that are reached, sorted by batch, z,
 * y, x.
 */
final class StridedTable {
    private final Cells in;
    private final ConvGeometry geometry;
    private final Zyx outShape;
    private @Nullable BitRank bits; // where the output grid is small enough
    private final int[][] reach; // per axis: [cell · kernel + k] = output cell, or -1

    private StridedTable(Cells in, ConvGeometry geometry) {
        this.in = in;
        this.geometry = geometry;
        this.outShape = geometry.outputShape(in.shape());
        this.reach = new int[][] {reach(0), reach(1), reach(2)};
    }

    static Rulebook make(Cells in, ConvGeometry geometry, int threads) {
        StridedTable t = new StridedTable(in, geometry);
        Cells out = t.outputs();
        int offsets = geometry.offsets();
        int[] entries = new int[Math.multiplyExact(out.size(), offsets)];
        Arrays.fill(entries, NeighbourTable.MISSING);
        RowOf rowOf = t.rowOf(out);
        Ranges.each(in.size(), threads, (from, to) -> t.fill(out, rowOf, entries, from, to));
        return new Rulebook(geometry, in, out, new NeighbourTable(entries, offsets, in.size()));
    }

    private int[] reach(int axis) {
        int kernel = geometry.kernel().axis(axis);
        int stride = geometry.stride().axis(axis);
        int[] to = new int[in.shape().axis(axis) * kernel];
        for (int cell = 0; cell < in.shape().axis(axis); cell++) {
            for (int k = 0; k < kernel; k++) {
                int scaled = cell
                        + geometry.padding().axis(axis)
                        - k * geometry.dilation().axis(axis);
                boolean hit = scaled >= 0 && scaled % stride == 0 && scaled / stride < outShape.axis(axis);
                to[cell * kernel + k] = hit ? scaled / stride : -1;
            }
        }
        return to;
    }

    /** Hears of every output cell that an input row reaches. */
    private interface Visitor {
        void reached(int row, int offset, int batch, int z, int y, int x);
    }

    private void visit(int row, Visitor visitor) {
        Zyx kernel = geometry.kernel();
        for (int kz = 0; kz < kernel.z(); kz++) {
            int z = reach[0][in.z(row) * kernel.z() + kz];
            for (int ky = 0; z >= 0 && ky < kernel.y(); ky++) {
                int y = reach[1][in.y(row) * kernel.y() + ky];
                for (int kx = 0; y >= 0 && kx < kernel.x(); kx++) {
                    int x = reach[2][in.x(row) * kernel.x() + kx];
                    if (x >= 0) {
                        visitor.reached(row, (kz * kernel.y() + ky) * kernel.x() + kx, in.batch(row), z, y, x);
                    }
                }
            }
        }
    }

    private Cells outputs() {
        Cells grid = Cells.trusted(new int[0], outShape, in.batch());
        long[] keys;
        if (outShape.volume() * in.batch() <= BitRank.MOST) {
            bits = new BitRank(outShape.volume() * in.batch());
            BitRank reached = bits;
            everyReached((r, k, b, z, y, x) -> reached.add(grid.key(b, z, y, x)));
            keys = reached.members();
        } else {
            KeySet reached = new KeySet(in.size());
            everyReached((r, k, b, z, y, x) -> reached.add(grid.key(b, z, y, x)));
            keys = reached.sorted();
        }
        int[] bzyx = new int[keys.length * 4];
        for (int i = 0; i < keys.length; i++) {
            long rest = keys[i];
            bzyx[4 * i + 3] = (int) (rest % outShape.x());
            rest /= outShape.x();
            bzyx[4 * i + 2] = (int) (rest % outShape.y());
            rest /= outShape.y();
            bzyx[4 * i + 1] = (int) (rest % outShape.z());
            bzyx[4 * i] = (int) (rest / outShape.z());
        }
        return Cells.trusted(bzyx, outShape, in.batch());
    }

    private void everyReached(Visitor visitor) {
        for (int row = 0; row < in.size(); row++) {
            visit(row, visitor);
        }
    }

    /** The row of an output cell by its key. */
    private interface RowOf {
        int find(long key);
    }

    private RowOf rowOf(Cells out) {
        BitRank known = bits;
        return known != null ? known::rank : out.index()::find;
    }

    private void fill(Cells out, RowOf rowOf, int[] entries, int from, int to) {
        int offsets = geometry.offsets();
        Visitor write = (r, k, b, z, y, x) -> entries[rowOf.find(out.key(b, z, y, x)) * offsets + k] = r;
        for (int row = from; row < to; row++) {
            visit(row, write);
        }
    }
}
