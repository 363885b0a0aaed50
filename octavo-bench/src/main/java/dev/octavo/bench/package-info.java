/** Measurements: JMH benchmarks and whole-process comparisons. */
@NullMarked
package dev.octavo.bench;

import org.jspecify.annotations.NullMarked;
