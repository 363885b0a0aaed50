/** The {@code octavo} command. */
@NullMarked
package dev.octavo.cli;

import org.jspecify.annotations.NullMarked;
