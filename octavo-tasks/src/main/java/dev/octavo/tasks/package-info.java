/** Datasets, pre- and post-processing, and the metrics that judge a network. */
@NullMarked
package dev.octavo.tasks;

import org.jspecify.annotations.NullMarked;
