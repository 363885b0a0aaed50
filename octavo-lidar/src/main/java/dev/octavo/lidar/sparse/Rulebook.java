package dev.octavo.lidar.sparse;

/**
 * One sparse convolution on one set of cells: which rows it reads and which cells come out.
 *
 * @param geometry what was asked for
 * @param in the input cells
 * @param out the output cells: the input's own when submanifold, sorted by batch, z, y, x when strided, the partner's
 *     input when inverse
 * @param table which input row each output row reads
 */
public record Rulebook(ConvGeometry geometry, Cells in, Cells out, NeighbourTable table) {
    public Rulebook {
        if (table.rows() != out.size() || table.inputRows() != in.size() || table.offsets() != geometry.offsets()) {
            throw new IllegalArgumentException("a table of " + table.rows() + " rows and " + table.offsets()
                    + " offsets over " + table.inputRows() + " rows does not join " + in + " to " + out + " with "
                    + geometry.kernel());
        }
    }
}
