package dev.octavo.analysis.check;

import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Scheme;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.quant.recipe.Overrides;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.target.SchemeBuilder;
import dev.octavo.quant.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the plan is not what was asked for or cannot be meant. */
final class Asked {
    private static final double NO_EFFECT = 45;
    private static final double HALF = 40;

    private Asked() {}

    /** Lines of a recipe that change nothing, such as 16 bits for a site that is in float. */
    static List<Finding> withoutEffect(Prepared p, Target target) {
        Scheme plain =
                SchemeBuilder.build(p.graph(), p.integer(), target, p.options().scheme());
        List<Finding> findings = new ArrayList<>();
        for (SiteRule rule : p.options().rules()) {
            boolean changes = rule instanceof SiteRule.KeepFloat
                    || rule instanceof SiteRule.Ranged
                    || !new Overrides(p.graph(), List.of(rule)).apply(plain).equals(plain);
            if (!changes) {
                findings.add(new Finding(
                        Kind.NO_EFFECT,
                        rule.on().text(),
                        "what the recipe says for it changes nothing",
                        Finding.numbers("rule", rule.getClass().getSimpleName()),
                        "the sites there are in float, follow another site's grid, or have those bits already",
                        List.of("see: octavo inspect MODEL --values lists the sites and what is done there"),
                        NO_EFFECT));
            }
        }
        return findings;
    }

    /** Products and convolutions of which one operand is on a grid and the other in float. */
    static List<Finding> halfQuantized(Subject s) {
        List<String> nodes = new ArrayList<>();
        for (Node n : s.graph().nodes()) {
            if (Weighted.of(n).isPresent()) {
                Optional<QuantSpec> input = s.decided().read(n, Weighted.INPUT);
                Optional<QuantSpec> weight = s.decided().read(n, Weighted.WEIGHT);
                if (input.isPresent() != weight.isPresent()) {
                    nodes.add(n.label());
                }
            }
        }
        return nodes.isEmpty()
                ? List.of()
                : List.of(new Finding(
                        Kind.HALF_QUANTIZED,
                        nodes.get(0),
                        nodes.size() == 1
                                ? "one of its operands is on a grid and the other in float"
                                : "of " + nodes.size() + " products one operand is on a grid and the other in float",
                        Finding.numbers("nodes", nodes.size()),
                        "it runs in float, with the rounding of the one operand and without the speed of two",
                        List.of("plan: { keep-float: [ " + Subject.quoted(nodes.get(0)) + " ] }"),
                        HALF));
    }
}
