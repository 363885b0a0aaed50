/** From a network's outputs to boxes and label maps: declared parts, no code in the model. */
@NullMarked
package dev.octavo.tasks.post;

import org.jspecify.annotations.NullMarked;
