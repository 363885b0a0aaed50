/** The 3D detection metric of the Waymo Open Dataset: AP and APH at two levels of difficulty. */
@NullMarked
package dev.octavo.lidar.waymo;

import org.jspecify.annotations.NullMarked;
