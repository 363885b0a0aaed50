/** A float network and a quantized one side by side, value by value. */
@NullMarked
package dev.octavo.analysis.compare;

import org.jspecify.annotations.NullMarked;
