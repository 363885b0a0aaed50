/** ONNX models in and out: everything that touches bytes. */
@NullMarked
package dev.octavo.onnx;

import org.jspecify.annotations.NullMarked;
