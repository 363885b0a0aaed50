package dev.octavo.lidar.net;

import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.NeighbourTable;
import dev.octavo.lidar.sparse.Rulebook;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the rows of a level stand in the graph: group by group, each group cut into parts of equal size. A part is never
 * empty: where it has no rows it holds one row without neighbours, which nothing reads and nobody gets to see.
 */
final class RowOrder {
    private final int[] positionOf; // row -> position
    private final int[] rowAt; // position -> row, -1 for a filler
    private final int[] firstOfPart; // part -> first position; one more entry for the end

    private RowOrder(int[] positionOf, int[] rowAt, int[] firstOfPart) {
        this.positionOf = positionOf;
        this.rowAt = rowAt;
        this.firstOfPart = firstOfPart;
    }

    /** The rows as they are, in one part: how the network's input comes. */
    static RowOrder asGiven(Cells cells) {
        return of(cells.size(), List.of(Partition.GROUPS - 1), Optional.empty());
    }

    /**
     * The order of a level.
     *
     * @param rows number of rows
     * @param groups the group of each part, rising
     * @param submanifold the rulebook that tells the rows' groups, if they are grouped
     */
    static RowOrder of(int rows, List<Integer> groups, Optional<Rulebook> submanifold) {
        byte[] groupOf = new byte[rows];
        Arrays.fill(groupOf, (byte) (Partition.GROUPS - 1));
        submanifold.ifPresent(b -> fillGroups(b.table(), groupOf));
        int[] sizes = new int[Partition.GROUPS];
        for (byte g : groupOf) {
            sizes[g]++;
        }
        int[] ends = new int[groups.size()]; // by part: how many rows of its group are in it or before it
        int[] first = new int[groups.size() + 1];
        for (int p = 0; p < groups.size(); p++) {
            int g = groups.get(p);
            int before = groups.indexOf(g);
            int parts = groups.lastIndexOf(g) - before + 1;
            ends[p] = share(sizes[g], p - before + 1, parts);
            first[p + 1] = first[p] + Math.max(1, ends[p] - share(sizes[g], p - before, parts));
        }
        return placed(groupOf, groups, ends, first);
    }

    private static RowOrder placed(byte[] groupOf, List<Integer> groups, int[] ends, int[] first) {
        int[] positionOf = new int[groupOf.length];
        int[] rowAt = new int[first[groups.size()]];
        Arrays.fill(rowAt, -1);
        int[] part = new int[Partition.GROUPS];
        int[] placed = new int[Partition.GROUPS];
        int[] next = new int[Partition.GROUPS];
        for (int g = 0; g < Partition.GROUPS; g++) {
            part[g] = groups.indexOf(g);
            next[g] = part[g] < 0 ? 0 : first[part[g]];
        }
        for (int row = 0; row < groupOf.length; row++) {
            int g = groupOf[row];
            while (placed[g] == ends[part[g]]) {
                next[g] = first[++part[g]];
            }
            positionOf[row] = next[g];
            rowAt[next[g]++] = row;
            placed[g]++;
        }
        return new RowOrder(positionOf, rowAt, first);
    }

    private static int share(int size, int index, int parts) {
        return (int) ((long) size * index / parts);
    }

    /* Bit 0: a neighbour in the layer below; bit 1: above. */
    private static void fillGroups(NeighbourTable table, byte[] groupOf) {
        int layer = table.offsets() / 3;
        for (int row = 0; row < groupOf.length; row++) {
            int group = 0;
            for (int k = 0; k < layer; k++) {
                group |= table.at(row, k) != NeighbourTable.MISSING ? 1 : 0;
                group |= table.at(row, 2 * layer + k) != NeighbourTable.MISSING ? 2 : 0;
            }
            groupOf[row] = (byte) group;
        }
    }

    /** Number of positions, fillers included; the row of zeros comes after them. */
    int positions() {
        return rowAt.length;
    }

    int position(int row) {
        return positionOf[row];
    }

    /** The row at a position, -1 for a filler. */
    int row(int position) {
        return rowAt[position];
    }

    int first(int part) {
        return firstOfPart[part];
    }

    int end(int part) {
        return firstOfPart[part + 1];
    }
}
