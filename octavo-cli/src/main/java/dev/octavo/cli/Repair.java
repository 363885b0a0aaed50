package dev.octavo.cli;

import dev.octavo.cli.RangedOptions.Repaired;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Rewrites;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Tries rewrites that nobody asked for on a network whose outputs 8 bits break, and keeps what measuring shows to help.
 *
 * <p>Due where one model is wanted, its outputs were measured on data to keep less than {@link #POOR_DECIBELS} of their
 * signal, and no recipe says which rewrites there are to be. A rewrite is kept if the outputs gain
 * {@link #WORTH_DECIBELS} and no more than a tenth of the integer work is lost to float for it: a network that a rewrite
 * turns back into float is no better quantized.
 */
final class Repair {
    /* A hundredth of the outputs' power is error: what loses less has not been seen to lose a point of accuracy. */
    static final double POOR_DECIBELS = 20;

    static final double WORTH_DECIBELS = 1;
    private static final double SHARE_KEPT = 0.9;

    private Repair() {}

    /** Rewrites with the text that says them in a recipe. */
    private record Candidate(String recipe, List<GraphPass> rewrites) {
        static Candidate of(QuantizeOptions options, String... names) {
            PassOptions widths = options.widths().under(PassOptions.NONE);
            List<String> texts = new ArrayList<>();
            widths.values().forEach((key, value) -> texts.add(key + ": " + value.get(0)));
            List<String> items = new ArrayList<>();
            List<GraphPass> passes = new ArrayList<>();
            for (String name : names) {
                items.add("{ " + name + ": { " + String.join(", ", texts) + " } }");
                passes.add(Rewrites.named(name, widths));
            }
            return new Candidate("rewrite: [ " + String.join(", ", items) + " ]", passes);
        }
    }

    /** Whether something is to be tried. */
    static boolean isDue(List<RangedOptions> wanted, Attempt plain) {
        return wanted.size() == 1
                && wanted.get(0).mayRepair()
                && plain.decibels().isPresent()
                && plain.decibels().getAsDouble() < POOR_DECIBELS;
    }

    /**
     * The better of the network as it is and repaired.
     *
     * @param again what makes an attempt with other options
     */
    static Attempt best(RangedOptions wanted, Attempt plain, Function<RangedOptions, Attempt> again) {
        double before = plain.decibels().orElseThrow();
        Candidate equalize = Candidate.of(wanted.options(), "equalize");
        RangedOptions with = wanted.with(wanted.options().withRewrites(equalize.rewrites()));
        Attempt repaired = again.apply(with.with(new Repaired(equalize.recipe(), "")));
        double after = repaired.decibels().orElse(before);
        String figures = String.format(
                Locale.ROOT,
                "of the outputs' signal %.1f dB are left without equalize, %.1f dB with it",
                before,
                after);
        if (!(after >= before + WORTH_DECIBELS)) {
            return noted(plain, new Repaired("", "equalize was tried and not kept: " + figures));
        }
        if (repaired.integerShare() < SHARE_KEPT * plain.integerShare()) {
            return noted(
                    plain,
                    new Repaired(
                            "",
                            String.format(
                                    Locale.ROOT,
                                    "equalize was tried and not kept, for it leaves %.0f %% of the work in integers"
                                            + " instead of %.0f %%: %s; to have it: %s",
                                    100 * repaired.integerShare(),
                                    100 * plain.integerShare(),
                                    figures,
                                    equalize.recipe())));
        }
        return noted(
                repaired,
                new Repaired(
                        equalize.recipe(), "equalize was added: " + figures + "; as a recipe: " + equalize.recipe()));
    }

    private static Attempt noted(Attempt a, Repaired repaired) {
        return new Attempt(
                a.prepared(),
                a.seen(),
                a.results().stream()
                        .map(r -> r.with(r.options().with(repaired)))
                        .toList());
    }
}
