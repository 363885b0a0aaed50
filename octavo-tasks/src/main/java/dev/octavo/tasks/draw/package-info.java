/** Pictures of results: boxes and masks over the photograph. */
@NullMarked
package dev.octavo.tasks.draw;

import org.jspecify.annotations.NullMarked;
