package dev.octavo.lidar.sparse;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The active cells of a batch of grids, in row order: row {@code i} of a feature matrix belongs to cell {@code i}. All
 * are distinct and inside the grid. Immutable; two instances are the same only if they are one object, which is what
 * neighbour tables are remembered by.
 */
public final class Cells {
    private static final int COLUMNS = 4;

    private final int[] bzyx;
    private final Zyx shape;
    private final int batch;
    private @Nullable CellIndex index;
    private @Nullable SortedKeys sorted;

    private Cells(int[] bzyx, Zyx shape, int batch) {
        this.bzyx = bzyx;
        this.shape = shape;
        this.batch = batch;
    }

    /**
     * Checked cells.
     *
     * @param bzyx rows of batch, z, y, x; copied
     * @param shape extent of each grid
     * @param batch number of grids
     * @throws ModelException when a row lies outside its grid or repeats another
     */
    public static Cells of(int[] bzyx, Zyx shape, int batch) {
        if (bzyx.length % COLUMNS != 0) {
            throw new IllegalArgumentException("rows of batch, z, y, x: a multiple of 4 numbers, got " + bzyx.length);
        }
        Cells cells = trusted(bzyx.clone(), shape, batch);
        cells.checkInside();
        cells.checkDistinct();
        return cells;
    }

    /** The cells of an INT32 tensor {@code [N, 4]} of batch, z, y, x. */
    public static Cells of(Tensor coordinates, Zyx shape, int batch) {
        if (coordinates.dtype() != DType.INT32
                || coordinates.shape().rank() != 2
                || coordinates.shape().dim(1) != COLUMNS) {
            throw new ModelException(
                    "the coordinates are " + coordinates + ", expected INT32[N, 4] of batch, z, y, x",
                    "convert them, and mind the order: x comes last");
        }
        return of(coordinates.codes(), shape, batch);
    }

    /** Cells that are distinct and inside by the way they were made; the array must not change any more. */
    static Cells trusted(int[] bzyx, Zyx shape, int batch) {
        if (batch < 1 || !shape.atLeast(1)) {
            throw new IllegalArgumentException("at least one grid of at least one cell, got " + batch + " of " + shape);
        }
        // Keys are longs: any grid that fits the numbers per axis is small enough.
        Math.multiplyExact(Math.multiplyExact(Math.multiplyExact((long) shape.z(), shape.y()), shape.x()), batch);
        return new Cells(bzyx, shape, batch);
    }

    private void checkInside() {
        for (int row = 0; row < size(); row++) {
            int at = row * COLUMNS;
            if (bzyx[at] < 0
                    || bzyx[at] >= batch
                    || bzyx[at + 1] < 0
                    || bzyx[at + 1] >= shape.z()
                    || bzyx[at + 2] < 0
                    || bzyx[at + 2] >= shape.y()
                    || bzyx[at + 3] < 0
                    || bzyx[at + 3] >= shape.x()) {
                throw new ModelException(
                        "row " + row + " is the cell " + describe(row) + ", outside " + batch + " grid(s) of " + shape
                                + " (z, y, x)",
                        "check the order batch, z, y, x, and the extent (CenterPoint adds one cell to z)");
            }
        }
    }

    private void checkDistinct() {
        SortedKeys order = sorted();
        for (int i = 1; i < order.keys.length; i++) {
            if (order.keys[i] == order.keys[i - 1]) {
                throw new ModelException(
                        "rows " + order.rows[i - 1] + " and " + order.rows[i] + " are the same cell "
                                + describe(order.rows[i]),
                        "merge the rows: a cell has one row of features");
            }
        }
    }

    private String describe(int row) {
        int at = row * COLUMNS;
        return "(" + bzyx[at] + ", " + bzyx[at + 1] + ", " + bzyx[at + 2] + ", " + bzyx[at + 3] + ")";
    }

    /** Number of active cells. */
    public int size() {
        return bzyx.length / COLUMNS;
    }

    /** Extent of each grid. */
    public Zyx shape() {
        return shape;
    }

    /** Number of grids. */
    public int batch() {
        return batch;
    }

    /** Which grid row {@code row} lies in. */
    public int batch(int row) {
        return bzyx[row * COLUMNS];
    }

    public int z(int row) {
        return bzyx[row * COLUMNS + 1];
    }

    public int y(int row) {
        return bzyx[row * COLUMNS + 2];
    }

    public int x(int row) {
        return bzyx[row * COLUMNS + 3];
    }

    /** Rows of batch, z, y, x; a copy. */
    public int[] toArray() {
        return bzyx.clone();
    }

    /** INT32 {@code [N, 4]} of batch, z, y, x. */
    public Tensor toTensor() {
        return Tensor.ofCodes(DType.INT32, Shape.of(size(), COLUMNS), bzyx);
    }

    /** The row of a cell, -1 when it is not active (or not in the grid at all). */
    public int find(int inBatch, int z, int y, int x) {
        if (inBatch < 0
                || inBatch >= batch
                || z < 0
                || z >= shape.z()
                || y < 0
                || y >= shape.y()
                || x < 0
                || x >= shape.x()) {
            return -1;
        }
        return index().find(key(inBatch, z, y, x));
    }

    /** {@code ((b·Z + z)·Y + y)·X + x}: orders the cells by batch, z, y, x. */
    long key(int inBatch, int z, int y, int x) {
        return (((long) inBatch * shape.z() + z) * shape.y() + y) * shape.x() + x;
    }

    long key(int row) {
        int at = row * COLUMNS;
        return key(bzyx[at], bzyx[at + 1], bzyx[at + 2], bzyx[at + 3]);
    }

    /** The cells in the order of their keys, made on first use. */
    synchronized SortedKeys sorted() {
        SortedKeys made = sorted;
        if (made == null) {
            long[] keys = new long[size()];
            for (int row = 0; row < keys.length; row++) {
                keys[row] = key(row);
            }
            made = SortedKeys.of(keys);
            sorted = made;
        }
        return Objects.requireNonNull(made);
    }

    /** The index of the keys, made on first use. */
    synchronized CellIndex index() {
        CellIndex made = index;
        if (made == null) {
            made = new CellIndex(size());
            for (int row = 0; row < size(); row++) {
                made.putIfAbsent(key(row), row);
            }
            index = made;
        }
        return Objects.requireNonNull(made);
    }

    @Override
    public String toString() {
        return size() + " cells of " + batch + " grid(s) " + shape;
    }
}
