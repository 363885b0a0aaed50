/** From points to voxels: sweeps put together, cells filled, means taken. */
@NullMarked
package dev.octavo.lidar.voxel;

import org.jspecify.annotations.NullMarked;
