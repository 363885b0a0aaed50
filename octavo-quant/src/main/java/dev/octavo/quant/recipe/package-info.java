/** What a user asks for: recipes, globs, overrides. */
@NullMarked
package dev.octavo.quant.recipe;

import org.jspecify.annotations.NullMarked;
