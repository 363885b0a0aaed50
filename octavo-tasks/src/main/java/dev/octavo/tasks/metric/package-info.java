/** Scores of tasks as mergeable tallies. */
@NullMarked
package dev.octavo.tasks.metric;

import org.jspecify.annotations.NullMarked;
