/** How much each quantized site alone costs at the outputs of the network. */
@NullMarked
package dev.octavo.analysis.sensitivity;

import org.jspecify.annotations.NullMarked;
