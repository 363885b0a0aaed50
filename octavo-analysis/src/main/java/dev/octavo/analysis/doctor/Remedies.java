package dev.octavo.analysis.doctor;

import dev.octavo.analysis.doctor.Remedy.Section;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.AbsMax;
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
import java.util.Optional;
import java.util.OptionalInt;

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
                found.add(new Remedy(name, Section.REWRITE, name, o -> {
                    List<GraphPass> all = new ArrayList<>(o.rewrites());
                    all.add(Rewrites.named(name, PassOptions.NONE));
                    return o.withRewrites(all);
                }));
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
        return new Remedy(
                "weights not clipped",
                Section.WEIGHTS,
                "range: abs-max",
                o -> new QuantizeOptions(
                        o.scheme(),
                        o.activations(),
                        new AbsMax(),
                        o.objective(),
                        o.rules(),
                        o.rewrites(),
                        o.refinements()));
    }

    /** What may help weights, by cause, the mildest first. */
    static List<Remedy> ofWeight(Value weight, Cause cause) {
        List<Remedy> remedies = new ArrayList<>();
        switch (cause) {
            case TRUNCATION -> remedies.add(wholeWeights());
            case WRONG_GRANULARITY -> {
                remedies.add(perChannel());
                remedies.addAll(rewrites("equalize"));
            }
            case BIAS_SHIFT -> remedies.add(correctBias());
            default -> {
                boolean multiplied = weight.uses().stream()
                        .anyMatch(u -> Weighted.of(u.node()).isPresent());
                remedies.addAll(rewrites(multiplied ? "equalize" : "split-range"));
            }
        }
        remedies.add(int16(weight.name()));
        remedies.add(keepFloat(weight.name()));
        return remedies;
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
