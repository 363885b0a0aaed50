package dev.octavo.lidar.sparse;

import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Arrays;

/**
 * Which input row each output row reads at each offset of the kernel: {@code [rows, offsets]}, {@link #MISSING} where
 * the neighbour is not active. Immutable.
 */
public final class NeighbourTable {
    /** Stands where there is no active neighbour. */
    public static final int MISSING = -1;

    private final int[] entries;
    private final int rows;
    private final int offsets;
    private final int inputRows;

    /** The array must not change any more. */
    NeighbourTable(int[] entries, int offsets, int inputRows) {
        this.entries = entries;
        this.offsets = offsets;
        this.rows = entries.length / offsets;
        this.inputRows = inputRows;
    }

    /** Number of output rows. */
    public int rows() {
        return rows;
    }

    /** Number of offsets of the kernel. */
    public int offsets() {
        return offsets;
    }

    /** Number of rows of the features that the table reads. */
    public int inputRows() {
        return inputRows;
    }

    /** The input row at an offset of an output row, or {@link #MISSING}. */
    public int at(int row, int offset) {
        return entries[row * offsets + offset];
    }

    /** Number of neighbours that are there. */
    public long pairs() {
        return Arrays.stream(entries).filter(e -> e != MISSING).count();
    }

    /** INT32 {@code [rows, offsets]}, a missing neighbour written as {@code missing}. */
    public Tensor toTensor(int missing) {
        int[] copy = entries.clone();
        for (int i = 0; i < copy.length; i++) {
            if (copy[i] == MISSING) {
                copy[i] = missing;
            }
        }
        return Tensor.ofCodes(DType.INT32, Shape.of(rows, offsets), copy);
    }

    /** Copies the entries of a row. */
    public void row(int row, int[] target) {
        System.arraycopy(entries, row * offsets, target, 0, offsets);
    }

    /** The table of the inverse convolution: input row {@code i} reads output row {@code o} where o reads i. */
    NeighbourTable inverted() {
        int[] back = new int[inputRows * offsets];
        Arrays.fill(back, MISSING);
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < offsets; k++) {
                int in = entries[row * offsets + k];
                if (in != MISSING) {
                    back[in * offsets + k] = row;
                }
            }
        }
        return new NeighbourTable(back, offsets, rows);
    }
}
