package dev.octavo.lidar.sparse;

import java.util.Arrays;

/**
 * Makes the table of a submanifold convolution.
 *
 * <p>It is symmetric: where row {@code i} reads row {@code j} at offset {@code k}, row {@code j} reads row {@code i} at
 * offset {@code K-1-k}. So only the offsets after the centre are looked up, and each hit is written twice; each entry is
 * written by one row only, so the threads do not meet. The centre is the row itself.
 */
final class SubmanifoldTable {
    private SubmanifoldTable() {}

    static Rulebook make(Cells cells, ConvGeometry geometry, int threads) {
        int offsets = geometry.offsets();
        int[] entries = new int[Math.multiplyExact(cells.size(), offsets)];
        Arrays.fill(entries, NeighbourTable.MISSING);
        CellIndex index = cells.index();
        int[] steps = steps(geometry);
        Ranges.each(cells.size(), threads, (from, to) -> fill(cells, index, steps, entries, from, to));
        return new Rulebook(geometry, cells, cells, new NeighbourTable(entries, offsets, cells.size()));
    }

    /* The step (z, y, x) from an output cell to the cell it reads, for every offset. */
    private static int[] steps(ConvGeometry g) {
        int[] steps = new int[3 * g.offsets()];
        int at = 0;
        for (int z = 0; z < g.kernel().z(); z++) {
            for (int y = 0; y < g.kernel().y(); y++) {
                for (int x = 0; x < g.kernel().x(); x++) {
                    steps[at++] = z * g.dilation().z() - g.padding().z();
                    steps[at++] = y * g.dilation().y() - g.padding().y();
                    steps[at++] = x * g.dilation().x() - g.padding().x();
                }
            }
        }
        return steps;
    }

    private static void fill(Cells cells, CellIndex index, int[] steps, int[] entries, int from, int to) {
        Zyx shape = cells.shape();
        int offsets = steps.length / 3;
        int centre = offsets / 2;
        for (int row = from; row < to; row++) {
            entries[row * offsets + centre] = row;
            int b = cells.batch(row);
            for (int k = centre + 1; k < offsets; k++) {
                int z = cells.z(row) + steps[3 * k];
                int y = cells.y(row) + steps[3 * k + 1];
                int x = cells.x(row) + steps[3 * k + 2];
                if (z < 0 || z >= shape.z() || y < 0 || y >= shape.y() || x < 0 || x >= shape.x()) {
                    continue;
                }
                int other = index.find(cells.key(b, z, y, x));
                if (other >= 0) {
                    entries[row * offsets + k] = other;
                    entries[other * offsets + offsets - 1 - k] = row;
                }
            }
        }
    }
}
