/** The ONNX Runtime engine. */
@NullMarked
package dev.octavo.ort;

import org.jspecify.annotations.NullMarked;
