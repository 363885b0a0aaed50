/** What the analyses have in common. */
@NullMarked
package dev.octavo.analysis;

import org.jspecify.annotations.NullMarked;
