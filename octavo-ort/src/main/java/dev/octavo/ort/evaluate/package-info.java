/** A network's score on a data set. */
@NullMarked
package dev.octavo.ort.evaluate;

import org.jspecify.annotations.NullMarked;
