/** The nouns of Octavo. Depends on the JDK alone. */
@NullMarked
package dev.octavo.core;

import org.jspecify.annotations.NullMarked;
