package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Remedy;

/**
 * A remedy with the reason for it: a line of the recipe.
 *
 * @param remedy what it does
 * @param because why
 */
public record Step(Remedy remedy, String because) {}
