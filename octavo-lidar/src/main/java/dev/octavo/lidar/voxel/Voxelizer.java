package dev.octavo.lidar.voxel;

import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.sparse.CellIndex;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.sparse.Zyx;
import java.util.Arrays;

/**
 * Fills voxels with points and takes the mean of each ("mean VFE").
 *
 * <p>A point's cell is {@code floor((p - least) / size)}, in float32 as the public implementations compute it: in double
 * precision a point on a border may fall to the other side. Voxels come in order of first occurrence; a voxel keeps its
 * first points. A mean is summed in double and rounded once.
 */
public final class Voxelizer {
    private final VoxelGrid grid;
    private final PointCloud points;
    private final Zyx shape;
    private final CellIndex index;
    private final int[] bzyx;
    private final int[] counts;
    private final double[] sums;
    private int voxels;
    private int notFinite;
    private int outside;
    private int beyondPoints;
    private int beyondVoxels;

    private Voxelizer(VoxelGrid grid, PointCloud points) {
        this.grid = grid;
        this.points = points;
        this.shape = grid.shape();
        int most = Math.min(points.size(), grid.maxVoxels());
        index = new CellIndex(most);
        bzyx = new int[4 * most];
        counts = new int[most];
        sums = new double[most * points.columns()];
    }

    /** The voxels of a frame, on the grid of the sparse network. */
    public static Voxels voxelize(VoxelGrid grid, PointCloud points) {
        Voxelizer v = new Voxelizer(grid, points);
        for (int i = 0; i < points.size(); i++) {
            v.add(i);
        }
        return v.result();
    }

    private void add(int point) {
        float[] p = points.values();
        int at = point * points.columns();
        for (int c = 0; c < points.columns(); c++) {
            if (!Float.isFinite(p[at + c])) { // a cast of NaN to int would give cell 0
                notFinite++;
                return;
            }
        }
        Vec3 least = grid.least();
        Vec3 size = grid.size();
        double x = cell(p[at], least.x(), size.x());
        double y = cell(p[at + 1], least.y(), size.y());
        double z = cell(p[at + 2], least.z(), size.z());
        if (x < 0 || x >= shape.x() || y < 0 || y >= shape.y() || z < 0 || z >= shape.z()) {
            outside++;
            return;
        }
        int row = row((int) z, (int) y, (int) x);
        if (row < 0) {
            beyondVoxels++;
        } else if (counts[row] == grid.maxPoints()) {
            beyondPoints++;
        } else {
            counts[row]++;
            for (int c = 0; c < points.columns(); c++) {
                sums[row * points.columns() + c] += p[at + c];
            }
        }
    }

    private static double cell(float p, double least, double size) {
        return Math.floor((p - (float) least) / (float) size);
    }

    /* The voxel's row, a new one if there is room, else -1. */
    private int row(int z, int y, int x) {
        long key = ((long) z * shape.y() + y) * shape.x() + x;
        int known = index.find(key);
        if (known >= 0 || voxels == grid.maxVoxels()) {
            return known;
        }
        bzyx[4 * voxels + 1] = z;
        bzyx[4 * voxels + 2] = y;
        bzyx[4 * voxels + 3] = x;
        return index.putIfAbsent(key, voxels++);
    }

    private Voxels result() {
        int columns = points.columns();
        float[] means = new float[voxels * columns];
        for (int i = 0; i < means.length; i++) {
            means[i] = (float) (sums[i] / counts[i / columns]);
        }
        Cells cells = Cells.of(Arrays.copyOf(bzyx, 4 * voxels), grid.sparseShape(), 1);
        return new Voxels(
                SparseTensor.of(means, columns, cells),
                Arrays.stream(counts, 0, voxels).boxed().toList(),
                new Voxels.Dropped(notFinite, outside, beyondPoints, beyondVoxels));
    }
}
