package dev.octavo.analysis.doctor;

import dev.octavo.analysis.doctor.Remedy.Section;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.AbsMax;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.refine.Refinement;
import dev.octavo.quant.refine.Refinements;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The remedies there are, each as a recipe says it and as the options that it changes. */
public final class Remedies {
    private Remedies() {}

    /** A grid of its own for a value. */
    static Remedy fixed(String value, QuantSpec spec, QuantParams p) {
        String entry = quoted(value) + ": { bits: " + spec.bits() + ", scale: " + p.scale() + ", zero-point: "
                + p.zeroPoint() + ", signed: " + spec.signed() + " }";
        SiteRule rule = new SiteRule.Fixed(
                new Glob(value), spec.bits(), p.scale(), OptionalInt.of(p.zeroPoint()), Optional.of(spec.signed()));
        return new Remedy(
                (spec.bits() > 8 ? "int16" : "fixed scale") + " for " + value,
                Section.FIXED,
                entry,
                o -> with(o, rule));
    }

    /** A grid of 16 bits for a value or a weight. */
    public static Remedy int16(String value) {
        return new Remedy(
                "int16 for " + value,
                Section.INT16,
                quoted(value),
                o -> with(o, new SiteRule.Bits(new Glob(value), 16)));
    }

    /** A value or node in float. */
    public static Remedy keepFloat(String value) {
        return new Remedy(
                "keep " + value + " in float",
                Section.KEEP_FLOAT,
                quoted(value),
                o -> with(o, new SiteRule.KeepFloat(new Glob(value))));
    }

    /** Rewrites by name, as far as there are any of that name. */
    static List<Remedy> rewrites(String... names) {
        List<Remedy> found = new ArrayList<>();
        for (String name : names) {
            if (Rewrites.names().contains(name)) {
                found.add(new Remedy(
                        name, Section.REWRITE, name, o -> withRewrite(o, Rewrites.named(name, PassOptions.NONE))));
            }
        }
        return found;
    }

    /** A grid per channel for all weights. */
    static Remedy perChannel() {
        return new Remedy("per channel", Section.WEIGHTS, "per: channel", o -> {
            SchemeOptions s = o.scheme();
            return o.withScheme(new SchemeOptions(
                    s.weightBits(),
                    s.activationBits(),
                    s.biasBits(),
                    true,
                    s.symmetricWeights(),
                    s.symmetricActivations(),
                    s.signs()));
        });
    }

    /** The mean that rounded weights shift, put right. */
    static Remedy correctBias() {
        return new Remedy("correct-bias", Section.REFINE, "correct-bias", o -> {
            List<Refinement> all = new ArrayList<>(o.refinements());
            all.add(Refinements.named("correct-bias", PassOptions.NONE));
            return o.withRefinements(all);
        });
    }

    /** Weights to their last value. */
    static Remedy wholeWeights() {
        return new Remedy("weights not clipped", Section.WEIGHTS, "range: abs-max", o -> withWeights(o, new AbsMax()));
    }

    /** Weights on grids by another rule. */
    static Remedy weightRange(String rule) {
        return new Remedy(
                "weights by " + rule,
                Section.SCHEME,
                "weights: { range: " + rule + " }",
                o -> withWeights(o, RangeRules.named(rule, OptionalDouble.empty())));
    }

    /** Activations on grids by another rule. */
    static Remedy activationRange(String rule) {
        return new Remedy(
                "activations by " + rule,
                Section.SCHEME,
                "activations: { range: " + rule + " }",
                o -> o.withActivations(RangeRules.named(rule, OptionalDouble.empty())));
    }

    /** Weights of so many bits. */
    static Remedy weightBits(int bits) {
        return scheme(
                "weights: { bits: " + bits + " }",
                s -> new SchemeOptions(
                        bits,
                        s.activationBits(),
                        s.biasBits(),
                        s.perChannel(),
                        s.symmetricWeights(),
                        s.symmetricActivations(),
                        s.signs()));
    }

    /** Activations of so many bits. */
    static Remedy activationBits(int bits) {
        return scheme(
                "activations: { bits: " + bits + " }",
                s -> new SchemeOptions(
                        s.weightBits(),
                        bits,
                        s.biasBits(),
                        s.perChannel(),
                        s.symmetricWeights(),
                        s.symmetricActivations(),
                        s.signs()));
    }

    /** Biases that are not rounded. */
    static Remedy biasBits() {
        return scheme(
                "bias: { bits: 32 }",
                s -> new SchemeOptions(
                        s.weightBits(),
                        s.activationBits(),
                        32,
                        s.perChannel(),
                        s.symmetricWeights(),
                        s.symmetricActivations(),
                        s.signs()));
    }

    private static Remedy scheme(String entry, UnaryOperator<SchemeOptions> change) {
        return new Remedy(entry, Section.SCHEME, entry, o -> o.withScheme(change.apply(o.scheme())));
    }

    /** So many bits for a value, a weight or a bias. */
    static Remedy bits(String value, int bits) {
        return new Remedy(
                bits + " bits for " + value,
                Section.BITS,
                quoted(value) + ": " + bits,
                o -> with(o, new SiteRule.Bits(new Glob(value), bits)));
    }

    /** Biases as they are: what corrects them goes by data that are not like those in use. */
    static Remedy withoutCorrection() {
        return new Remedy("no correct-bias", Section.REFINE, "", QuantizeOptions::withoutBiasCorrection);
    }

    /**
     * A signed grid of 16 bits about 0 that reaches to the next round number: for [-99.8, 1.2] the scale 100/32768.
     *
     * @param seen what it has to hold
     */
    static Remedy fixed16(String value, Range seen) {
        double bound = RoundBound.of(Math.max(-seen.low(), seen.high()));
        SiteRule rule = new SiteRule.Fixed(new Glob(value), 16, bound / 32768, OptionalInt.empty(), Optional.empty());
        String entry = quoted(value) + ": { bits: 16, scale: " + RoundBound.text(bound) + "/32768 }";
        return new Remedy("int16 for " + value, Section.FIXED, entry, o -> with(o, rule));
    }

    /** Grids of their own for many values at once. */
    static Remedy fixedAll(String name, Map<String, Grid> grids) {
        return together(
                name,
                grids.entrySet().stream()
                        .map(e -> fixed(
                                e.getKey(), e.getValue().spec(), e.getValue().channel(0)))
                        .toList());
    }

    /** Several remedies of one section at once. */
    static Remedy together(String name, List<Remedy> each) {
        String entries = each.stream().map(Remedy::entry).collect(Collectors.joining(", "));
        return new Remedy(name, each.get(0).section(), entries, o -> {
            QuantizeOptions all = o;
            for (Remedy r : each) {
                all = r.change().apply(all);
            }
            return all;
        });
    }

    /** Values on the grid of another. */
    static Remedy sameAs(List<String> values, String other) {
        return new Remedy(
                "one grid for the calls of a module",
                Section.SAME_AS,
                values.stream().map(v -> quoted(v) + ": " + quoted(other)).collect(Collectors.joining(", ")),
                o -> {
                    QuantizeOptions all = o;
                    for (String v : values) {
                        all = with(all, new SiteRule.SameAs(new Glob(v), other));
                    }
                    return all;
                });
    }

    /** Groups of one tensor on grids of their own. */
    static Remedy splitRange(String value) {
        PassOptions on = new PassOptions(Map.of("on", List.of(value)));
        return new Remedy(
                "split " + value,
                Section.REWRITE,
                "{ split-range: { on: " + quoted(value) + " } }",
                o -> withRewrite(o, Rewrites.named("split-range", on)));
    }

    private static QuantizeOptions withRewrite(QuantizeOptions o, GraphPass pass) {
        List<GraphPass> all = new ArrayList<>(o.rewrites());
        all.add(pass);
        return o.withRewrites(all);
    }

    private static QuantizeOptions withWeights(QuantizeOptions o, RangeRule rule) {
        return new QuantizeOptions(
                o.scheme(), o.activations(), rule, o.objective(), o.rules(), o.rewrites(), o.refinements());
    }

    private static QuantizeOptions with(QuantizeOptions o, SiteRule rule) {
        List<SiteRule> all = new ArrayList<>(o.rules());
        all.add(rule);
        return o.withRules(all);
    }

    private static String quoted(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
