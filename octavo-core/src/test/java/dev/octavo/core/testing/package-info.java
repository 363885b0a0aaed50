/** Fixtures for the tests of all modules: graphs from text, random graphs. */
@NullMarked
package dev.octavo.core.testing;

import org.jspecify.annotations.NullMarked;
