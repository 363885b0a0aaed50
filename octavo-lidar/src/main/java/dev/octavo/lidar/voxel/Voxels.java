package dev.octavo.lidar.voxel;

import dev.octavo.lidar.sparse.SparseTensor;
import java.util.List;

/**
 * The voxels of a frame.
 *
 * @param means per voxel the mean of its points' features, in order of first occurrence
 * @param counts points kept in each voxel
 * @param dropped points that are in no voxel
 */
public record Voxels(SparseTensor means, List<Integer> counts, Dropped dropped) {
    /**
     * Points left out, and because of what.
     *
     * @param notFinite a coordinate or feature is NaN or infinite
     * @param outside outside the grid
     * @param beyondPoints their voxel was full
     * @param beyondVoxels there were voxels enough
     */
    public record Dropped(int notFinite, int outside, int beyondPoints, int beyondVoxels) {
        /** Those of both. */
        public Dropped plus(Dropped o) {
            return new Dropped(
                    notFinite + o.notFinite,
                    outside + o.outside,
                    beyondPoints + o.beyondPoints,
                    beyondVoxels + o.beyondVoxels);
        }
    }
}
