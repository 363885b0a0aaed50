package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.tune.Candidates.Candidate;
import dev.octavo.analysis.tune.Step.Place;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.Entropy;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.range.MovingAverage;
import dev.octavo.quant.range.Percentile;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Range rules site by site: the noise that each site alone brings to the outputs is measured under every rule, and a
 * site that some other rule serves clearly better than the common one gets that rule.
 */
final class RangeChoice {
    private static final List<RangeRule> RULES =
            List.of(new LeastSquares(), new MinMax(), new Percentile(0.9999), new MovingAverage(), new Entropy());

    /* Less noise than this part of what the common rule gives is a gain; less than this share of all is none. */
    private static final double CLEARLY = 0.8;
    private static final double LEAST_SHARE = 0.005;

    private final Trial<?> trial;
    private final Candidates candidates;

    RangeChoice(Trial<?> trial, Candidates candidates) {
        this.trial = trial;
        this.candidates = candidates;
    }

    private record Choice(Candidate now, RangeRule rule, double noise) {
        double gain() {
            return now.noise() - noise;
        }

        Step step() {
            String name = RangeRules.nameOf(rule);
            SiteRule line = new SiteRule.Ranged(new Glob(now.value()), rule);
            return new Step(
                    name + " for " + now.value(),
                    Place.RANGES,
                    '"' + now.value().replace("\\", "\\\\").replace("\"", "\\\"") + "\": " + name,
                    o -> {
                        List<SiteRule> all = new ArrayList<>(o.rules());
                        all.add(line);
                        return o.withRules(all);
                    },
                    String.format(
                            Locale.ROOT,
                            "alone it brings %.2g times the noise that it brings with the common rule",
                            noise / Math.max(1e-30, now.noise())));
        }
    }

    /** A step for each site that another rule serves better, those that gain most first. */
    List<Step> of(QuantizeOptions options) {
        Map<String, Choice> best = new HashMap<>();
        Graph graph = trial.make(options).prepared().graph();
        for (Candidate c : candidates.worthiest(options)) {
            boolean activation = graph.require(c.value()).constant().isEmpty();
            if (activation && c.share() >= LEAST_SHARE) {
                best.put(c.value(), new Choice(c, WithRoom.bare(options.activations()), CLEARLY * c.noise()));
            }
        }
        for (RangeRule rule : RULES) {
            if (rule.equals(WithRoom.bare(options.activations())) || best.isEmpty()) {
                continue;
            }
            QuantizeOptions other = options.withActivations(WithRoom.like(options.activations(), rule));
            for (Candidate c : candidates.worthiest(other)) {
                best.computeIfPresent(
                        c.value(), (v, b) -> c.noise() < b.noise() ? new Choice(b.now(), rule, c.noise()) : b);
            }
        }
        return best.values().stream()
                .filter(c -> !c.rule().equals(WithRoom.bare(options.activations())))
                .sorted(Comparator.comparingDouble(Choice::gain)
                        .reversed()
                        .thenComparing(c -> c.now().value()))
                .map(Choice::step)
                .toList();
    }
}
