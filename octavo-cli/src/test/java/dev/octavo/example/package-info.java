/** Examples that the documentation shows and the tests run. */
@NullMarked
package dev.octavo.example;

import org.jspecify.annotations.NullMarked;
