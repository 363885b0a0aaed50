/** What a runtime runs in integers, what that costs, and the scheme that follows. */
@NullMarked
package dev.octavo.quant.target;

import org.jspecify.annotations.NullMarked;
