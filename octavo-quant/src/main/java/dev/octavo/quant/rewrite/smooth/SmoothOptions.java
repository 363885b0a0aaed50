package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.RecipeException;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.PassOptions;
import java.util.List;
import java.util.Locale;

/**
 * How to smooth.
 *
 * @param alpha how much of the difficulty goes to the weights
 * @param on which nodes, by name or by the name of their first output
 * @param fold where the division goes
 * @param widths the grids that smoothing is judged by
 * @param always whether to smooth where that does not pay too
 * @param samples how many samples are looked at to judge
 */
public record SmoothOptions(Alpha alpha, List<Glob> on, Fold fold, Widths widths, boolean always, int samples) {
    /** α = ½ everywhere that it pays. */
    public static final SmoothOptions DEFAULT = of(PassOptions.NONE);

    /** How α is found. */
    public enum Search {
        /** It is given. */
        NONE,
        /** For each tensor, the best one for that of its readers which quantization hurts most. */
        LAYER,
        /** For each tensor, the best one for all its readers together. */
        JOINT
    }

    /**
     * The exponent α in [0, 1].
     *
     * @param search how it is found
     * @param value α itself, if it is given
     */
    public record Alpha(Search search, double value) {
        public Alpha {
            if (!(value >= 0 && value <= 1)) {
                throw new RecipeException(
                        "alpha is " + value,
                        "alpha is a number from 0, all difficulty stays with the activations, to 1, all goes to the"
                                + " weights; or search; or joint-search");
            }
        }

        /** A given α. */
        public static Alpha of(double value) {
            return new Alpha(Search.NONE, value);
        }
    }

    /** Where the division of a tensor's channels goes. */
    public enum Fold {
        /** Into the producer where that is exact; a division of its own where the producer gives float anyway. */
        AUTO,
        /** Into the producer, or nowhere. */
        ONLY,
        /** A division of its own everywhere. */
        NEVER
    }

    /**
     * The grids of the scheme to come: activations unsigned, asymmetric and per tensor, weights signed and symmetric.
     *
     * @param activationBits 2–16
     * @param weightBits 2–16
     * @param perChannel whether weights have a grid per output channel
     */
    public record Widths(int activationBits, int weightBits, boolean perChannel) {
        public Widths {
            check("activation-bits", activationBits);
            check("weight-bits", weightBits);
        }

        private static void check(String key, int bits) {
            if (bits < 2 || bits > 16) {
                throw new RecipeException(key + " is " + bits, "2 to 16 bits are possible");
            }
        }
    }

    public SmoothOptions {
        on = List.copyOf(on);
        if (samples < 1) {
            throw new RecipeException("samples is " + samples, "take at least 1");
        }
    }

    /** What a recipe says. */
    public static SmoothOptions of(PassOptions options) {
        options.knowing("alpha", "on", "fold", "activation-bits", "weight-bits", "weights", "always", "samples");
        Widths widths = new Widths(
                options.integer("activation-bits", 8),
                options.integer("weight-bits", 8),
                options.choice("weights", "channel", List.of("channel", "tensor"))
                        .equals("channel"));
        return new SmoothOptions(
                alpha(options),
                options.globs("on"),
                Fold.valueOf(options.choice("fold", "auto", List.of("auto", "only", "never"))
                        .toUpperCase(Locale.ROOT)),
                widths,
                options.flag("always", false),
                options.integer("samples", 64));
    }

    private static Alpha alpha(PassOptions options) {
        return switch (options.text("alpha").orElse("0.5")) {
            case "search" -> new Alpha(Search.LAYER, 0.5);
            case "joint-search" -> new Alpha(Search.JOINT, 0.5);
            default -> Alpha.of(options.number("alpha", 0.5));
        };
    }

    /** The same with another α. */
    public SmoothOptions withAlpha(Alpha other) {
        return new SmoothOptions(other, on, fold, widths, always, samples);
    }

    /** Whether a node of that name and first output is meant. */
    boolean means(String node, String output) {
        return on.stream().anyMatch(g -> g.matches(node) || g.matches(output));
    }
}
