/** Finds the fewest wide or float sites with which a network keeps its accuracy. */
@NullMarked
package dev.octavo.analysis.tune;

import org.jspecify.annotations.NullMarked;
