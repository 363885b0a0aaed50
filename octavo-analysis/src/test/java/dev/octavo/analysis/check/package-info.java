/** The model check on networks with and without troubles. */
@NullMarked
package dev.octavo.analysis.check;

import org.jspecify.annotations.NullMarked;
