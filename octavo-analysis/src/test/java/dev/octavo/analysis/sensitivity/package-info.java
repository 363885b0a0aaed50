@NullMarked
package dev.octavo.analysis.sensitivity;

import org.jspecify.annotations.NullMarked;
