package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Diagnosis;
import dev.octavo.analysis.doctor.Doctor;
import dev.octavo.analysis.doctor.Remedy;
import dev.octavo.analysis.doctor.Remedy.Section;
import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.tune.Step.Place;
import dev.octavo.core.data.Metric;
import dev.octavo.ort.quantize.QuantizeOptions;
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
import java.util.stream.Stream;

/** What helps and costs no width: what the doctor prescribes site by site, then repairs of the whole network. */
final class Repairs<M extends Metric<M>> {
    private static final String STAGE = "repairs";

    /* Worth a trial on any network; those that find nothing to do change nothing and are not kept. */
    private static final List<String> REWRITES = List.of("equalize", "smooth-quant");

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
        List<Step> tried = new ArrayList<>();
        for (Diagnosis d : new Doctor(trial, ledger.progress()).examine(Step.apply(base, steps))) {
            d.remedies().stream()
                    .filter(Repairs::isFree)
                    .forEach(r -> tried.add(Step.of(r, d.cause() + " at " + d.site())));
        }
        Stream.concat(REWRITES.stream().map(Repairs::rewrite), Stream.of(correctBiasOnSamples()))
                .forEach(tried::add);
        Map<String, Integer> vain = new HashMap<>();
        for (Step s : tried) {
            boolean given = steps.stream().anyMatch(o -> o.recipe().equals(s.recipe()));
            if (given || vain.getOrDefault(s.name(), 0) >= MOST_IN_VAIN) {
                continue;
            }
            List<Step> more = new ArrayList<>(steps);
            more.add(s);
            Optional<Evaluated> got = ledger.evaluate(STAGE, s.name(), base, more);
            if (got.isPresent() && helps(now, got.get())) {
                steps.add(s);
                now = got.get();
                vain.remove(s.name());
                if (enough.test(now)) {
                    break;
                }
            } else {
                vain.merge(s.name(), 1, Integer::sum);
            }
        }
        return now;
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
