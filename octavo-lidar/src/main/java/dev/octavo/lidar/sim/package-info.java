/** A LiDAR simulator: random scenes, ray casting, and files in the layout of nuScenes. */
@NullMarked
package dev.octavo.lidar.sim;

import org.jspecify.annotations.NullMarked;
