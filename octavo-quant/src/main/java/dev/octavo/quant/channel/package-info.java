/** Which channels of a network are tied to each other, and how a weight's channels are scaled. */
@NullMarked
package dev.octavo.quant.channel;

import org.jspecify.annotations.NullMarked;
