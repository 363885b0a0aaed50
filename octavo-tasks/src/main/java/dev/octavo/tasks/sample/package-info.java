/** The embedded sample: pictures drawn by a seeded generator, and a small network trained on them. */
@NullMarked
package dev.octavo.tasks.sample;

import org.jspecify.annotations.NullMarked;
