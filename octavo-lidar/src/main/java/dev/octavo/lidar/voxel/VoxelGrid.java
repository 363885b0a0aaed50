package dev.octavo.lidar.voxel;

import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.sparse.Zyx;

/**
 * How space is cut into voxels.
 *
 * @param least the corner with the least coordinates, metres
 * @param greatest the opposite corner
 * @param size extent of a voxel, metres
 * @param maxPoints the most points kept in a voxel; further ones are dropped
 * @param maxVoxels the most voxels; points that would begin another are dropped
 */
public record VoxelGrid(Vec3 least, Vec3 greatest, Vec3 size, int maxPoints, int maxVoxels) {
    /** CenterPoint for nuScenes with voxels of 0.075 m, limits as when testing. */
    public static final VoxelGrid CENTERPOINT_0075 =
            new VoxelGrid(new Vec3(-54, -54, -5), new Vec3(54, 54, 3), new Vec3(0.075, 0.075, 0.2), 10, 160_000);

    public VoxelGrid {
        Vec3 extent = greatest.minus(least);
        if (!(extent.x() > 0 && extent.y() > 0 && extent.z() > 0 && size.x() > 0 && size.y() > 0 && size.z() > 0)) {
            throw new IllegalArgumentException("a grid from " + least + " to " + greatest + " of voxels " + size);
        }
        if (maxPoints < 1 || maxVoxels < 1) {
            throw new IllegalArgumentException(
                    "at least 1 point per voxel and 1 voxel, got " + maxPoints + " and " + maxVoxels);
        }
    }

    /** Number of voxels along each axis. */
    public Zyx shape() {
        Vec3 extent = greatest.minus(least);
        return new Zyx((int) Math.round(extent.z() / size.z()), (int) Math.round(extent.y() / size.y()), (int)
                Math.round(extent.x() / size.x()));
    }

    /** The grid of the sparse network: one layer more upwards, as the public detectors have it. */
    public Zyx sparseShape() {
        Zyx s = shape();
        return new Zyx(s.z() + 1, s.y(), s.x());
    }
}
