/** Fixtures for the tests of quantization: random plans, awkward graphs, sentences about passes. */
@NullMarked
package dev.octavo.quant.testing;

import org.jspecify.annotations.NullMarked;
