/** Factors for classes of channels that make the noise of quantization least: numbers only, no graph. */
@NullMarked
package dev.octavo.quant.balance;

import org.jspecify.annotations.NullMarked;
