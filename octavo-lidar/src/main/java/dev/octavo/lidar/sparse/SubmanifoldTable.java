package dev.octavo.lidar.sparse;

import java.util.Arrays;

/*
 * How it is found
 * 1. The table is symmetric: where row i reads row j at offset k, row j reads row i at offset K-1-k. So only the offsets
 *    after the centre are looked for, and each hit is written twice. An entry is written by one row only, so threads do
 *    not meet. The centre is the row itself.
 * 2. In the order of the keys, the cells looked for at one (kz, ky) move forward with the cell that looks: one pointer per
 *    (kz, ky) walks along, and the cells of its kx lie beside each other. Nothing is hashed.
 */
/** Makes the table of a submanifold convolution. */
final class SubmanifoldTable {
    private final Cells cells;
    private final ConvGeometry geometry;
    private final SortedKeys sorted;
    private final int[] entries;

    private SubmanifoldTable(Cells cells, ConvGeometry geometry) {
        this.cells = cells;
        this.geometry = geometry;
        this.sorted = cells.sorted();
        entries = new int[Math.multiplyExact(cells.size(), geometry.offsets())];
        Arrays.fill(entries, NeighbourTable.MISSING);
    }

    static Rulebook make(Cells cells, ConvGeometry geometry, int threads) {
        SubmanifoldTable t = new SubmanifoldTable(cells, geometry);
        Ranges.each(cells.size(), threads, t::fill);
        return new Rulebook(geometry, cells, cells, new NeighbourTable(t.entries, geometry.offsets(), cells.size()));
    }

    private void fill(int from, int to) {
        int offsets = geometry.offsets();
        for (int at = from; at < to; at++) {
            int row = sorted.rows[at];
            entries[row * offsets + offsets / 2] = row;
        }
        Zyx kernel = geometry.kernel();
        for (int kz = kernel.z() / 2; kz < kernel.z(); kz++) {
            for (int ky = kz == kernel.z() / 2 ? kernel.y() / 2 : 0; ky < kernel.y(); ky++) {
                line(kz, ky, from, to);
            }
        }
    }

    /* All offsets of one (kz, ky) behind the centre, for the cells at the places from..to of the order. */
    private void line(int kz, int ky, int from, int to) {
        Zyx shape = cells.shape();
        Zyx kernel = geometry.kernel();
        int dz = kz * geometry.dilation().z() - geometry.padding().z();
        int dy = ky * geometry.dilation().y() - geometry.padding().y();
        int step = geometry.dilation().x();
        int half = kernel.x() / 2;
        boolean centre = kz == kernel.z() / 2 && ky == kernel.y() / 2;
        int firstX = centre ? 1 : -half;
        long shift = ((long) dz * shape.y() + dy) * shape.x();
        int firstOffset = (kz * kernel.y() + ky) * kernel.x() + half;
        long[] keys = sorted.keys;
        int pointer = from < to ? sorted.firstAtLeast(keys[from] + shift - (long) half * step) : 0;
        for (int at = from; at < to; at++) {
            long target = keys[at] + shift;
            while (pointer < keys.length && keys[pointer] < target + (long) firstX * step) {
                pointer++;
            }
            int row = sorted.rows[at];
            int z = cells.z(row) + dz;
            int y = cells.y(row) + dy;
            if (z >= shape.z() || y < 0 || y >= shape.y() || z < 0) {
                continue;
            }
            for (int p = pointer; p < keys.length && keys[p] <= target + (long) half * step; p++) {
                int dx = (int) (keys[p] - target);
                int x = cells.x(row) + dx;
                if (dx % step == 0 && x >= 0 && x < shape.x()) {
                    write(row, sorted.rows[p], firstOffset + dx / step);
                }
            }
        }
    }

    private void write(int row, int other, int offset) {
        int offsets = geometry.offsets();
        entries[row * offsets + offset] = other;
        entries[other * offsets + offsets - 1 - offset] = row;
    }
}
