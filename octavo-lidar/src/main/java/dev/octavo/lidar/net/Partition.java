package dev.octavo.lidar.net;

import dev.octavo.lidar.sparse.ConvGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the rows of each level are cut into parts that are computed one after the other, so that what is gathered for one
 * part stays in the cache.
 *
 * <p>With {@code byLayer}, rows on a level with a submanifold table of a kernel 3 high come in four groups: those with no
 * neighbour in the layers below and above, with some below, with some above, with both. A group's part leaves out the
 * offsets of the layers in which none of its rows has a neighbour: they would only gather and multiply zeros.
 *
 * @param parts parts per group (per level where there is one group)
 * @param byLayer whether rows are grouped
 */
public record Partition(int parts, boolean byLayer) {
    /** Each level in one piece. */
    public static final Partition NONE = new Partition(1, false);

    /** More make graphs that ONNX Runtime takes minutes to open, and crashes on beyond 32767 nodes. */
    private static final int MOST_PARTS = 16;

    /** Groups of rows: bit 0 for neighbours in the layer below, bit 1 for neighbours above. */
    static final int GROUPS = 4;

    public Partition {
        if (parts < 1 || parts > MOST_PARTS) {
            throw new IllegalArgumentException("1 to " + MOST_PARTS + " parts, got " + parts);
        }
    }

    /** Whether the rows of a level are grouped. */
    boolean isGrouped(Levels levels, int level) {
        return byLayer
                && levels.submanifold(level)
                        .filter(t -> t.geometry().kernel().z() == 3)
                        .isPresent();
    }

    /** The groups of a level, one entry per part: a group's number, or {@code GROUPS - 1} where rows are not grouped. */
    List<Integer> groups(Levels levels, int level) {
        List<Integer> out = new ArrayList<>();
        for (int g = isGrouped(levels, level) ? 0 : GROUPS - 1; g < GROUPS; g++) {
            for (int p = 0; p < parts; p++) {
                out.add(g);
            }
        }
        return out;
    }

    /** The offsets at which rows of a group can have neighbours in a table, in order. */
    int[] offsets(Levels levels, Levels.Table table, int group) {
        ConvGeometry g = table.geometry();
        boolean all = group == GROUPS - 1
                || !isGrouped(levels, table.to())
                || levels.submanifold(table.to()).filter(table::equals).isEmpty();
        int layer = g.kernel().y() * g.kernel().x();
        return IntStream.range(0, g.offsets())
                .filter(k -> all || k / layer == 1 || (k / layer == 0 ? group & 1 : group >> 1) != 0)
                .toArray();
    }
}
