/** Rewrites, rules, plans solved and lowered: what quantizing a network means. */
@NullMarked
package dev.octavo.quant;

import org.jspecify.annotations.NullMarked;
