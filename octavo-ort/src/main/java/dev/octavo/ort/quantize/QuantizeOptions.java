package dev.octavo.ort.quantize;

import dev.octavo.quant.range.AbsMax;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.refine.Refinement;
import dev.octavo.quant.refine.Refinements;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.target.SchemeOptions;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How to quantize.
 *
 * @param scheme bits, signs, symmetry, per channel or per tensor
 * @param activations range rule for activations
 * @param weights range rule for weights
 * @param objective what the placement serves
 * @param rules what a recipe says of single sites
 * @param rewrites repairs of the float graph, in order, after the standard rewrites
 * @param refinements improvements of the plan, in order
 */
public record QuantizeOptions(
        SchemeOptions scheme,
        RangeRule activations,
        RangeRule weights,
        Objective objective,
        List<SiteRule> rules,
        List<GraphPass> rewrites,
        List<Refinement> refinements) {

    /** The range rule for activations when nothing else is said. */
    public static final String DEFAULT_RANGE = "measured";

    /** The defaults. */
    public static final QuantizeOptions DEFAULT = new QuantizeOptions(
            SchemeOptions.DEFAULT,
            RangeRules.named(DEFAULT_RANGE, OptionalDouble.empty()),
            new AbsMax(),
            Objective.BALANCED,
            List.of(),
            List.of(),
            List.of(Refinements.named("correct-bias", PassOptions.NONE)));

    public QuantizeOptions {
        rules = List.copyOf(rules);
        rewrites = List.copyOf(rewrites);
        refinements = List.copyOf(refinements);
    }

    /** The same with another range rule for activations. */
    public QuantizeOptions withActivations(RangeRule rule) {
        return new QuantizeOptions(scheme, rule, weights, objective, rules, rewrites, refinements);
    }

    /** The same with another scheme. */
    public QuantizeOptions withScheme(SchemeOptions other) {
        return new QuantizeOptions(other, activations, weights, objective, rules, rewrites, refinements);
    }

    /** The same with another objective. */
    public QuantizeOptions withObjective(Objective other) {
        return new QuantizeOptions(scheme, activations, weights, other, rules, rewrites, refinements);
    }

    /** The same with other rules for single sites. */
    public QuantizeOptions withRules(List<SiteRule> others) {
        return new QuantizeOptions(scheme, activations, weights, objective, others, rewrites, refinements);
    }

    /** The same with other repairs of the float graph. */
    public QuantizeOptions withRewrites(List<GraphPass> others) {
        return new QuantizeOptions(scheme, activations, weights, objective, rules, others, refinements);
    }

    /** The same with other improvements of the plan. */
    public QuantizeOptions withRefinements(List<Refinement> others) {
        return new QuantizeOptions(scheme, activations, weights, objective, rules, rewrites, others);
    }

    /** The same without bias correction. */
    public QuantizeOptions withoutBiasCorrection() {
        return withRefinements(refinements.stream()
                .filter(r -> !r.name().equals("correct-bias"))
                .toList());
    }
}
