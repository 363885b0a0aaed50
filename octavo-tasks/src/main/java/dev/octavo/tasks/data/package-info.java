/** Data sets of pictures and arrays, their labels, and the file that describes them. */
@NullMarked
package dev.octavo.tasks.data;

import org.jspecify.annotations.NullMarked;
