/** What will go wrong with a network in integers, before any data are seen. */
@NullMarked
package dev.octavo.analysis.check;

import org.jspecify.annotations.NullMarked;
