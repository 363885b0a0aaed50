package dev.octavo.quant.recipe;

import dev.octavo.core.RecipeException;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.quant.range.RangeRule;
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
    record Bits(Glob on, int bits) implements SiteRule {
        public Bits {
            check(on, bits);
        }
    }

    /** This very grid for a value. */
    record Fixed(Glob on, int bits, double scale, OptionalInt zeroPoint, Optional<Boolean> signed) implements SiteRule {
        public Fixed {
            check(on, bits);
            if (!((float) scale > 0f) || Float.isInfinite((float) scale)) {
                throw new RecipeException(
                        "the scale of '" + on.text() + "' is " + scale, "a scale is a finite number above 0");
            }
            QuantSpec spec = spec(bits, zeroPoint, signed);
            int zero = zeroPoint.orElse(0);
            if (zero < spec.minCode() || zero > spec.maxCode()) {
                throw new RecipeException(
                        "the zero point " + zero + " of '" + on.text() + "' is no code of " + spec,
                        "codes run from " + spec.minCode() + " to " + spec.maxCode());
            }
        }

        /** The grid itself: signed unless it says otherwise or a zero point of 0 or more is given. */
        Grid grid() {
            return Grid.perTensor(spec(bits, zeroPoint, signed), new QuantParams((float) scale, zeroPoint.orElse(0)));
        }

        private static QuantSpec spec(int bits, OptionalInt zeroPoint, Optional<Boolean> signed) {
            boolean below = signed.orElse(zeroPoint.isEmpty() || zeroPoint.getAsInt() < 0);
            return QuantSpec.perTensor(bits, below, zeroPoint.orElse(0) == 0);
        }
    }

    private static void check(Glob on, int bits) {
        if (bits < 2 || bits > 32) {
            throw new RecipeException("'" + on.text() + "' cannot have " + bits + " bits", "2 to 16 bits are possible");
        }
    }

    /** A range rule of its own. */
    record Ranged(Glob on, RangeRule rule) implements SiteRule {}

    /** The grid of another value. */
    record SameAs(Glob on, String other) implements SiteRule {}
}
