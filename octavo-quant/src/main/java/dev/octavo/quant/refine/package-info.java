/** Improvements of a plan with data: Plan to Plan. */
@NullMarked
package dev.octavo.quant.refine;

import org.jspecify.annotations.NullMarked;
