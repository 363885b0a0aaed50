/** Range rules: which real values a grid covers. */
@NullMarked
package dev.octavo.quant.range;

import org.jspecify.annotations.NullMarked;
