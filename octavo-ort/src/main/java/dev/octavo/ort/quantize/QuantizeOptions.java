package dev.octavo.ort.quantize;

import dev.octavo.quant.range.AbsMax;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.recipe.SiteRule;
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
 * @param correctBias whether the mean shift of rounded weights is taken back
 */
public record QuantizeOptions(
        SchemeOptions scheme,
        RangeRule activations,
        RangeRule weights,
        Objective objective,
        List<SiteRule> rules,
        boolean correctBias) {

    /** The range rule for activations when nothing else is said. */
    public static final String DEFAULT_RANGE = "measured";

    /** The defaults. */
    public static final QuantizeOptions DEFAULT = new QuantizeOptions(
            SchemeOptions.DEFAULT,
            RangeRules.named(DEFAULT_RANGE, OptionalDouble.empty()),
            new AbsMax(),
            Objective.BALANCED,
            List.of(),
            true);

    public QuantizeOptions {
        rules = List.copyOf(rules);
    }

    /** The same with another range rule for activations. */
    public QuantizeOptions withActivations(RangeRule rule) {
        return new QuantizeOptions(scheme, rule, weights, objective, rules, correctBias);
    }

    /** The same with another scheme. */
    public QuantizeOptions withScheme(SchemeOptions other) {
        return new QuantizeOptions(other, activations, weights, objective, rules, correctBias);
    }

    /** The same with another objective. */
    public QuantizeOptions withObjective(Objective other) {
        return new QuantizeOptions(scheme, activations, weights, other, rules, correctBias);
    }

    /** The same without bias correction. */
    public QuantizeOptions withoutBiasCorrection() {
        return new QuantizeOptions(scheme, activations, weights, objective, rules, false);
    }
}
