/** Why sites are sensitive, and what helps. */
@NullMarked
package dev.octavo.analysis.doctor;

import org.jspecify.annotations.NullMarked;
