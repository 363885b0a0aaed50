/** Sites, grids, schemes and plans: everything that makes the quantized network differ. */
@NullMarked
package dev.octavo.core.plan;

import org.jspecify.annotations.NullMarked;
