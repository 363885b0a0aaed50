/** Networks from other tools' files: NVIDIA's sparse ONNX dialect, OpenPCDet's checkpoints. */
@NullMarked
package dev.octavo.lidar.exchange;

import org.jspecify.annotations.NullMarked;
