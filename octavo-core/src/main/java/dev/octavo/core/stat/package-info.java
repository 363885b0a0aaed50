/** Mergeable summaries of data: what evidence consists of. */
@NullMarked
package dev.octavo.core.stat;

import org.jspecify.annotations.NullMarked;
