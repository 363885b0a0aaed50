/** From head maps to boxes: decoding, rotated overlap, suppression, the global frame. */
@NullMarked
package dev.octavo.lidar.detect;

import org.jspecify.annotations.NullMarked;
