/** Data sets, engines and metrics as interfaces. */
@NullMarked
package dev.octavo.core.data;

import org.jspecify.annotations.NullMarked;
