/** Sweeps: one choice varied over many values, each value measured, with a table and a plot. */
@NullMarked
package dev.octavo.analysis.sweep;

import org.jspecify.annotations.NullMarked;
