package dev.octavo.quant.rewrite;

import dev.octavo.core.RecipeException;
import dev.octavo.quant.recipe.PassOptions;
import java.util.List;
import java.util.Locale;

/**
 * The options of {@link Equalize}.
 *
 * @param perChannel whether weights will have a grid per output channel
 * @param weightBits bits of weights
 * @param activationBits bits of activations; 0 when they stay in float
 * @param limits what becomes of upper limits
 * @param most bound of a factor and of its inverse
 * @param rounds at most so many
 */
record EqualizeOptions(boolean perChannel, int weightBits, int activationBits, Limits limits, double most, int rounds) {
    private static final double DFQ_BOUND = 1e8;
    private static final int ROUNDS = 300;

    /** What becomes of an upper limit whose channels are scaled. */
    enum Limits {
        /** One for the whole tensor: channels that reach it share a factor. */
        COMMON,
        /** One per channel. */
        PER_CHANNEL,
        /** Common where that costs next to nothing. */
        AUTO
    }

    static EqualizeOptions of(PassOptions o) {
        o.knowing("weights", "weight-bits", "activation-bits", "limits", "most", "rounds");
        String limits = o.choice("limits", "auto", List.of("auto", "common", "per-channel"));
        EqualizeOptions e = new EqualizeOptions(
                o.choice("weights", "per-channel", List.of("per-channel", "per-tensor"))
                        .equals("per-channel"),
                o.integer("weight-bits", 8),
                o.text("activation-bits").filter("float"::equals).isPresent() ? 0 : o.integer("activation-bits", 8),
                Limits.valueOf(limits.toUpperCase(Locale.ROOT).replace('-', '_')),
                o.number("most", DFQ_BOUND),
                o.integer("rounds", ROUNDS));
        if (e.weightBits < 2 || e.weightBits > 16 || e.activationBits == 1 || e.activationBits > 16) {
            throw new RecipeException("bits are out of bounds", "write 2 to 16, or activation-bits: float");
        }
        if (!(e.most >= 1) || e.rounds < 1) {
            throw new RecipeException("most or rounds is below 1", "write a number of 1 or more");
        }
        return e;
    }

    /** Square of the noise of weights with range ±1: step² / 12. */
    double weightNoise() {
        double step = 2.0 / ((1 << weightBits) - 2);
        return step * step / 12;
    }

    /** Square of the noise of an activation with a range of width 1. */
    double activationNoise() {
        double step = 1.0 / ((1 << activationBits) - 1);
        return step * step / 12;
    }
}
