/** A detector from sweeps to boxes: described by a file, run over a data set, scored. */
@NullMarked
package dev.octavo.lidar.pipeline;

import org.jspecify.annotations.NullMarked;
