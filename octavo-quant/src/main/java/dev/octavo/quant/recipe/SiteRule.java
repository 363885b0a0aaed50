package dev.octavo.quant.recipe;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * One line of a recipe that concerns the sites a glob names. A glob names nodes (all that they give
 * and, for keep-float, all that they read), values, or single uses written {@code value ->
 * reader[input]}.
 */
public sealed interface SiteRule {
    Glob on();

    /** Leave it in float. */
    record KeepFloat(Glob on) implements SiteRule {}

    /** Other widths for values. */
    record Bits(Glob on, int bits) implements SiteRule {}

    /** This very grid for a value. */
    record Fixed(Glob on, int bits, double scale, OptionalInt zeroPoint, Optional<Boolean> signed)
            implements SiteRule {}

    /** The grid of another value. */
    record SameAs(Glob on, String other) implements SiteRule {}
}
