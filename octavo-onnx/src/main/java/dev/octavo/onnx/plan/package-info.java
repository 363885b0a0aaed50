/** Plans as JSON. */
@NullMarked
package dev.octavo.onnx.plan;

import org.jspecify.annotations.NullMarked;
