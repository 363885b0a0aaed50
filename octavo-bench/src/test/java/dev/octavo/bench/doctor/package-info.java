/** Tests of the suite of faults. */
@NullMarked
package dev.octavo.bench.doctor;

import org.jspecify.annotations.NullMarked;
