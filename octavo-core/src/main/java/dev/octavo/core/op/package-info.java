/** What each operator is for quantization: typed views and traits. */
@NullMarked
package dev.octavo.core.op;

import org.jspecify.annotations.NullMarked;
