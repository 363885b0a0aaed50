/** Benchmarks on point clouds. */
@NullMarked
package dev.octavo.bench.lidar;

import org.jspecify.annotations.NullMarked;
