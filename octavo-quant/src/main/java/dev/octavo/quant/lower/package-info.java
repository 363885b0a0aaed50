/** The meaning of a plan: Q/DQ graphs, made and read back. */
@NullMarked
package dev.octavo.quant.lower;

import org.jspecify.annotations.NullMarked;
