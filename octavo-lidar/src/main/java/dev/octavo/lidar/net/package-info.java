/** Sparse networks: their layers, their graph in standard ONNX, the runner that feeds the tables, their quantization. */
@NullMarked
package dev.octavo.lidar.net;

import org.jspecify.annotations.NullMarked;
