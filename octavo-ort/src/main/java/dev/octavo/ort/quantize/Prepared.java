package dev.octavo.ort.quantize;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.cost.ExportCheck;
import dev.octavo.ort.cost.PlacementReport;
import dev.octavo.quant.Journal;
import dev.octavo.quant.Memo;
import dev.octavo.quant.lower.Lowering;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.quant.recipe.Overrides;
import dev.octavo.quant.refine.Refinement;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.solve.EvidenceNeeds;
import dev.octavo.quant.solve.Solver;
import dev.octavo.quant.target.Group;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph rewritten, frozen and with its scheme decided: everything up to the data. Evidence is
 * collected once for it; any number of plans can be solved from that.
 *
 * @param graph the rewritten float graph, frozen
 * @param fingerprint of that graph
 * @param types element types and shapes with batch 1, by value name
 * @param integer the groups that are to run in integers
 * @param obstacles why each other group cannot or should not
 * @param scheme what to do at every site
 * @param options what was asked for
 * @param placement what was measured to decide where integers pay, if it was
 * @param journal what the passes did and left alone
 * @param memo what was computed for one plan and serves the next
 * @param witness what refinements may ask
 */
public record Prepared(
        Graph graph,
        String fingerprint,
        Map<String, TensorType> types,
        List<Group> integer,
        Map<Group, String> obstacles,
        Scheme scheme,
        QuantizeOptions options,
        Optional<PlacementReport> placement,
        Journal journal,
        Memo memo,
        Witness witness) {

    /** What the sweep over the data must collect. */
    public EvidenceRequest request() {
        EvidenceRequest all = EvidenceNeeds.of(graph, scheme);
        for (Refinement r : options.refinements()) {
            all = all.and(r.needs(graph, scheme));
        }
        return all;
    }

    /** The plan by the options' own range rule. */
    public Plan solve(Evidence evidence) {
        return solve(evidence, options.activations());
    }

    /** The plan by another range rule for activations; the evidence serves them all. */
    public Plan solve(Evidence evidence, RangeRule activations) {
        return solve(evidence, new Solver.Rules(activations, options.weights(), Map.of()), new Journal());
    }

    Plan solve(Evidence evidence, Solver.Rules rules, Journal entries) {
        if (!evidence.graphFingerprint().equals(fingerprint)) {
            throw new ModelException("this evidence was collected on another graph", "collect it again for this model");
        }
        Solver.Rules own = withRecipe(rules);
        Plan plan = Solver.solveUnrounded(graph, scheme, evidence, own, entries, memo);
        for (Refinement r : options.refinements()) {
            plan = r.apply(graph, plan, evidence, witness, entries, memo);
        }
        return Solver.roundBiases(graph, scheme, plan, own);
    }

    /* What the recipe says of single sites wins over what was found for them. */
    private Solver.Rules withRecipe(Solver.Rules rules) {
        Map<Site, RangeRule> bySite = new HashMap<>(rules.overrides());
        new Overrides(graph, options.rules())
                .ranges(scheme)
                .forEach((site, rule) -> bySite.put(site, WithRoom.like(options.activations(), rule)));
        return new Solver.Rules(rules.activations(), rules.weights(), bySite);
    }

    /** The Q/DQ graph of a plan. */
    public Graph lower(Plan plan) {
        return Lowering.lower(graph, plan, memo);
    }

    /** What ONNX Runtime really makes of a Q/DQ graph lowered from this. */
    public ExportCheck check(Graph lowered) {
        return ExportCheck.of(graph, lowered, types, integer, obstacles);
    }
}
