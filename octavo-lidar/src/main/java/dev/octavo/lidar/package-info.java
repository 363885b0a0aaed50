/** Point clouds: sparse 3D convolution, voxels, boxes, and the metrics of detection in 3D. */
@NullMarked
package dev.octavo.lidar;

import org.jspecify.annotations.NullMarked;
