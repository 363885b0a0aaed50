/** nuScenes: its tables, its result files, its detection metric. */
@NullMarked
package dev.octavo.lidar.nuscenes;

import org.jspecify.annotations.NullMarked;
