/** Moves the difficulty of quantization from activations to weights, channel by channel. */
@NullMarked
package dev.octavo.quant.rewrite.smooth;

import org.jspecify.annotations.NullMarked;
