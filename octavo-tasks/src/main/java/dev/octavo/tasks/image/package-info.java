/** Pictures: decoding, resizing as Pillow does, and the arithmetic from pixels to tensors. */
@NullMarked
package dev.octavo.tasks.image;

import org.jspecify.annotations.NullMarked;
