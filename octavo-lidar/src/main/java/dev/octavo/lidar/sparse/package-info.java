/** Sparse tensors and the neighbour tables of sparse convolution. */
@NullMarked
package dev.octavo.lidar.sparse;

import org.jspecify.annotations.NullMarked;
