/** Schemes to plans: numbers for every intent. */
@NullMarked
package dev.octavo.quant.solve;

import org.jspecify.annotations.NullMarked;
