@NullMarked
package dev.octavo.analysis.tune;

import org.jspecify.annotations.NullMarked;
