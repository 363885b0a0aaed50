package dev.octavo.lidar.sparse;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;

/**
 * Features of active cells; every other cell of the grid is absent, which a dense map shows as 0.
 *
 * @param features FLOAT {@code [N, C]}, row {@code i} for cell {@code i}
 * @param cells the active cells
 */
public record SparseTensor(Tensor features, Cells cells) {
    public SparseTensor {
        if (features.shape().rank() != 2 || features.shape().dim(0) != cells.size()) {
            throw new ModelException(
                    "features of the shape " + features.shape() + " for " + cells + ", expected [" + cells.size()
                            + ", C]",
                    "give one row of features per cell, in the order of the cells");
        }
    }

    /** Features in row-major order. */
    public static SparseTensor of(float[] features, int channels, Cells cells) {
        return new SparseTensor(Tensor.ofFloats(Shape.of(features.length / channels, channels), features), cells);
    }

    /** Number of features per cell. */
    public int channels() {
        return Math.toIntExact(features.shape().dim(1));
    }

    /**
     * The height-compressed map {@code [B, C·Z, Y, X]}: channel {@code c·Z + z} of the map is channel {@code c} of the
     * cells in layer {@code z}; absent cells are 0.
     */
    public Tensor heightCompressed() {
        Zyx shape = cells.shape();
        int channels = channels();
        long plane = (long) shape.y() * shape.x();
        float[] map = new float[Math.toIntExact((long) cells.batch() * channels * shape.z() * plane)];
        float[] rows = features.floats();
        for (int row = 0; row < cells.size(); row++) {
            long cell = (long) cells.y(row) * shape.x() + cells.x(row);
            for (int c = 0; c < channels; c++) {
                long layer = ((long) cells.batch(row) * channels + c) * shape.z() + cells.z(row);
                map[(int) (layer * plane + cell)] = rows[row * channels + c];
            }
        }
        return Tensor.ofFloats(Shape.of(cells.batch(), (long) channels * shape.z(), shape.y(), shape.x()), map);
    }
}
