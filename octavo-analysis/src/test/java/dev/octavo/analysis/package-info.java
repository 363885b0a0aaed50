@NullMarked
package dev.octavo.analysis;

import org.jspecify.annotations.NullMarked;
