/** The nouns of Octavo: tensors, graphs, statistics and plans. */
@NullMarked
package dev.octavo.core;

import org.jspecify.annotations.NullMarked;
