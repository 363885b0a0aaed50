/** Smoothing, with ONNX Runtime as the witness. */
@NullMarked
package dev.octavo.ort.smooth;

import org.jspecify.annotations.NullMarked;
