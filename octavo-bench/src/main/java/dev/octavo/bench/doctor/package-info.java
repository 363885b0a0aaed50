/** Faults put into real networks, and whether the doctor names and mends them. */
@NullMarked
package dev.octavo.bench.doctor;

import org.jspecify.annotations.NullMarked;
