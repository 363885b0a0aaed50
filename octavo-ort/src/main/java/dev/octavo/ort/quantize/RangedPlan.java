package dev.octavo.ort.quantize;

import dev.octavo.core.plan.Plan;
import dev.octavo.quant.Journal;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A plan with the range rules that were measured to be best.
 *
 * @param plan the plan
 * @param signed the rule for values that can be negative
 * @param others the rule for values that cannot
 * @param decibels signal-to-quantization-noise ratio of the executed outputs against float, if it was measured
 * @param samples on so many samples
 * @param journal what solving and refining did and left alone
 */
public record RangedPlan(
        Plan plan, RangeRule signed, RangeRule others, OptionalDouble decibels, int samples, Journal journal) {
    static RangedPlan of(Plan plan, RangeRule rule, Journal journal) {
        return new RangedPlan(plan, rule, rule, OptionalDouble.empty(), 0, journal);
    }

    /** For people: which rules, and how well they did. */
    public String text() {
        if (decibels.isEmpty()) {
            return RangeRules.nameOf(signed);
        }
        return String.format(
                Locale.ROOT,
                "%s for values that can be negative, %s for the others (outputs at %.1f dB on %d samples)",
                RangeRules.nameOf(signed),
                RangeRules.nameOf(others),
                decibels.getAsDouble(),
                samples);
    }
}
