/** Evidence, and sweeps under way, as bytes and files. */
@NullMarked
package dev.octavo.onnx.evidence;

import org.jspecify.annotations.NullMarked;
