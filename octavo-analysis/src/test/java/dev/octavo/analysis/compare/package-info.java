@NullMarked
package dev.octavo.analysis.compare;

import org.jspecify.annotations.NullMarked;
