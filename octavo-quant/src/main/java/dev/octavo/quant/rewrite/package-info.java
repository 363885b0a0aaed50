/** Rewrites of the float graph. */
@NullMarked
package dev.octavo.quant.rewrite;

import org.jspecify.annotations.NullMarked;
