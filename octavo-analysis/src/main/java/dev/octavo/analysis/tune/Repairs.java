package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Diagnosis;
import dev.octavo.analysis.doctor.Doctor;
import dev.octavo.analysis.doctor.Remedy;
import dev.octavo.analysis.doctor.Remedy.Section;
import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.tune.Step.Place;
import dev.octavo.core.data.Metric;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.Entropy;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.range.MovingAverage;
import dev.octavo.quant.range.Percentile;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.refine.Refinement;
import dev.octavo.quant.refine.Refinements;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Rewrites;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What helps and costs no width: what the doctor prescribes for the whole network, repairs that are
 * worth a trial anywhere, and what it prescribes for single sites. */
final class Repairs<M extends Metric<M>> {
    private static final String STAGE = "repairs";

    /* Worth a trial on any network; those that find nothing to do change nothing and are not kept. */
    private static final List<String> REWRITES = List.of("equalize", "smooth-quant");

    /* None is the best everywhere, and which one is depends on what rewrites have made of the activations. */
    private static final List<RangeRule> RULES =
            List.of(new MovingAverage(), new Percentile(0.9999), new Entropy(), new LeastSquares());

    private static final String SPLIT = "split-range";

    /* A repair that did not help at so many sites in turn is not tried at more. */
    private static final int MOST_IN_VAIN = 2;

    private final Ledger<M> ledger;
    private final Trial<M> trial;

    Repairs(Ledger<M> ledger, Trial<M> trial) {
        this.ledger = ledger;
        this.trial = trial;
    }

    /** Adds each repair that helps to the steps, until that is enough; the last result. */
    Evaluated run(QuantizeOptions base, Evaluated before, List<Step> steps, Predicate<Evaluated> enough) {
        Evaluated now = before;
        Map<String, Integer> vain = new HashMap<>();
        for (Step s : candidates(Step.apply(base, steps))) {
            boolean given = steps.stream().anyMatch(o -> o.recipe().equals(s.recipe()));
            if (given || vain.getOrDefault(kind(s), 0) >= MOST_IN_VAIN) {
                continue;
            }
            List<Step> more = new ArrayList<>(steps);
            more.add(s);
            Optional<Evaluated> got = ledger.evaluate(STAGE, s.name(), base, more);
            if (got.isPresent() && helps(now, got.get())) {
                steps.add(s);
                now = got.get();
                vain.remove(kind(s));
                if (enough.test(now)) {
                    break;
                }
            } else {
                vain.merge(kind(s), 1, Integer::sum);
            }
        }
        return now;
    }

    /* What concerns the whole network comes first: single sites are worth a look once that is in order. */
    private List<Step> candidates(QuantizeOptions options) {
        List<Step> prescribed = new ArrayList<>();
        for (Diagnosis d : new Doctor(trial, ledger.progress()).examine(options)) {
            d.remedies().stream()
                    .filter(Repairs::isFree)
                    .forEach(r -> prescribed.add(Step.of(r, d.cause() + " at " + d.site())));
        }
        List<Step> all =
                new ArrayList<>(prescribed.stream().filter(s -> !isOfOneSite(s)).toList());
        REWRITES.stream().map(Repairs::rewrite).forEach(all::add);
        RULES.stream()
                .filter(rule -> !rule.equals(WithRoom.bare(options.activations())))
                .map(Repairs::rule)
                .forEach(all::add);
        all.add(correctBiasOnSamples());
        prescribed.stream().filter(Repairs::isOfOneSite).forEach(all::add);
        return all;
    }

    private static boolean isOfOneSite(Step s) {
        return s.place() == Place.FIXED
                || s.place() == Place.SAME_AS
                || s.entry().contains(SPLIT);
    }

    /* Repairs of single sites are of a kind, whatever the site. */
    private static String kind(Step s) {
        if (!isOfOneSite(s)) {
            return s.name();
        }
        return s.entry().contains(SPLIT) ? SPLIT : s.place().name();
    }

    private static boolean isFree(Remedy r) {
        return r.section() != Section.INT16
                && r.section() != Section.KEEP_FLOAT
                && !r.section().name().equals("BITS")
                && !r.entry().contains("bits: 16");
    }

    private static Step rewrite(String name) {
        return new Step(
                name,
                Place.REWRITE,
                name,
                o -> {
                    List<GraphPass> all = new ArrayList<>(o.rewrites());
                    all.add(Rewrites.named(name, PassOptions.NONE));
                    return o.withRewrites(all);
                },
                "tried on the whole network, and it helped");
    }

    private static Step rule(RangeRule rule) {
        return new Step(
                "activations by " + RangeRules.nameOf(rule),
                Place.ACTIVATIONS,
                RangeRules.recipeOf(rule),
                o -> o.withActivations(rule),
                "tried on the whole network, and it helped");
    }

    private static Step correctBiasOnSamples() {
        PassOptions options = new PassOptions(Map.of("from", List.of("samples")));
        return new Step(
                "correct-bias from samples",
                Place.REFINE,
                "correct-bias: { from: samples }",
                o -> {
                    List<Refinement> all =
                            new ArrayList<>(o.withoutBiasCorrection().refinements());
                    all.add(Refinements.named("correct-bias", options));
                    return o.withRefinements(all);
                },
                "tried on the whole network, and it helped");
    }

    /** Whether the shortfall is less, or as large with less noise. */
    static boolean helps(Evaluated before, Evaluated after) {
        return after.shortfall() < before.shortfall()
                || (after.shortfall() == before.shortfall() && decibels(after) > decibels(before));
    }

    private static double decibels(Evaluated e) {
        return e.measures().getOrDefault(Measures.SQNR, Double.NEGATIVE_INFINITY);
    }
}
