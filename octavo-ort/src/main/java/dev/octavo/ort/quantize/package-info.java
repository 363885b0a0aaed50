/** The main job: a float graph and data in, a plan and a Q/DQ graph out. */
@NullMarked
package dev.octavo.ort.quantize;

import org.jspecify.annotations.NullMarked;
