package dev.octavo.lidar.voxel;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Points with their features, row-major; the first three columns are x, y, z in metres. */
public final class PointCloud {
    /** Columns of a file of the nuScenes data set: x, y, z, intensity, ring. */
    public static final int NUSCENES_COLUMNS = 5;

    private final float[] values;
    private final int columns;

    /**
     * Points as they lie in an array, which must not change any more.
     *
     * @param values {@code points x columns} numbers
     * @param columns numbers per point, at least 3
     */
    public PointCloud(float[] values, int columns) {
        if (columns < 3 || values.length % columns != 0) {
            throw new IllegalArgumentException(
                    "at least x, y, z per point, got " + values.length + " numbers in rows of " + columns);
        }
        this.values = values;
        this.columns = columns;
    }

    /** The numbers, not copied: only to be read. */
    public float[] values() {
        return values;
    }

    /** Numbers per point. */
    public int columns() {
        return columns;
    }

    /** Number of points. */
    public int size() {
        return values.length / columns;
    }

    /** The points of a FLOAT tensor {@code [N, columns]}. */
    public static PointCloud of(Tensor points) {
        if (points.dtype() != DType.FLOAT
                || points.shape().rank() != 2
                || points.shape().dim(1) < 3) {
            throw new ModelException(
                    "the points are " + points + ", expected FLOAT[N, 3 or more]", "one row per point, x, y, z first");
        }
        return new PointCloud(points.floats(), Math.toIntExact(points.shape().dim(1)));
    }

    /**
     * The points of a {@code .bin} file: float32 rows, little-endian, without a header.
     *
     * @throws ModelException when the file is missing or holds no whole number of points
     */
    public static PointCloud read(Path file, int columns) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length % (4 * columns) != 0) {
                throw new ModelException(
                        file + " has " + bytes.length + " bytes, no whole number of points of " + columns + " floats",
                        "check that it is complete, and the number of columns");
            }
            float[] values = new float[bytes.length / 4];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values);
            return new PointCloud(values, columns);
        } catch (NoSuchFileException e) {
            throw new ModelException("there is no file " + file, "check the path", e);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), "check the file", e);
        }
    }
}
