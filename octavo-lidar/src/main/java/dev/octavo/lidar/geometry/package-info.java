/** Points, rotations, poses and oriented boxes in three dimensions. */
@NullMarked
package dev.octavo.lidar.geometry;

import org.jspecify.annotations.NullMarked;
