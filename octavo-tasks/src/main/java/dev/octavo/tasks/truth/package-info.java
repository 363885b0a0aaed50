/** What is known of a picture, and what a network finds in it: boxes, label maps. */
@NullMarked
package dev.octavo.tasks.truth;

import org.jspecify.annotations.NullMarked;
