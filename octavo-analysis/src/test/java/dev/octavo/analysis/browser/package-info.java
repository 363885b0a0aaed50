/** A browser for tests of pages. */
@NullMarked
package dev.octavo.analysis.browser;

import org.jspecify.annotations.NullMarked;
