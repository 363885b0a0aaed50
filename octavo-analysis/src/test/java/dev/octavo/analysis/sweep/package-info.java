@NullMarked
package dev.octavo.analysis.sweep;

import org.jspecify.annotations.NullMarked;
