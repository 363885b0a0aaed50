@NullMarked
package dev.octavo.analysis.doctor;

import org.jspecify.annotations.NullMarked;
