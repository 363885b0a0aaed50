package dev.octavo.lidar.sparse;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rulebooks of one frame, each made once: they are remembered by cells and geometry, whatever names the layers give
 * them. The numbers do not depend on the number of threads. Not safe for use by several threads at once; throw it away
 * with the frame.
 */
public final class Rulebooks {
    private final int threads;
    private final Map<Cells, Map<ConvGeometry, Rulebook>> made = new HashMap<>(); // cells are equal only to themselves

    /** Rulebooks that are made with up to {@code threads} threads. */
    public Rulebooks(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("at least 1 thread, got " + threads);
        }
        this.threads = threads;
    }

    /** The rulebook of a submanifold or strided convolution on these cells. */
    public Rulebook of(Cells in, ConvGeometry geometry) {
        if (geometry.kind() == ConvGeometry.Kind.INVERSE) {
            throw new IllegalArgumentException("an inverse convolution goes back over a rulebook: use inverse()");
        }
        Map<ConvGeometry, Rulebook> here = made.computeIfAbsent(in, c -> new LinkedHashMap<>());
        Rulebook known = here.get(geometry);
        if (known == null) {
            known = geometry.kind() == ConvGeometry.Kind.SUBMANIFOLD
                    ? SubmanifoldTable.make(in, geometry, threads)
                    : StridedTable.make(in, geometry, threads);
            here.put(geometry, known);
        }
        return known;
    }

    /** The rulebook back from the output cells of a strided convolution to its input cells. */
    public Rulebook inverse(Rulebook strided) {
        ConvGeometry back = ConvGeometry.inverseOf(strided.geometry());
        return made.computeIfAbsent(strided.out(), c -> new LinkedHashMap<>())
                .computeIfAbsent(
                        back,
                        g -> new Rulebook(
                                g, strided.out(), strided.in(), strided.table().inverted()));
    }

    /** Number of rulebooks made so far. */
    public int size() {
        return made.values().stream().mapToInt(Map::size).sum();
    }
}
