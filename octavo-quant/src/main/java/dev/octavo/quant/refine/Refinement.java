package dev.octavo.quant.refine;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.quant.Journal;
import dev.octavo.quant.Memo;
import dev.octavo.quant.rewrite.Witness;

/**
 * Improves a plan: the grids stay where they are or move a little, constants that differ from float are added. The
 * refinements that recipes name are listed in {@link Refinements}.
 */
public interface Refinement {
    /** The name in recipes and journals, in kebab case: verb and object. */
    String name();

    /** What the sweep over the data must collect for it, beyond what the scheme itself asks for. */
    default EvidenceRequest needs(Graph graph, Scheme scheme) {
        return EvidenceRequest.NOTHING;
    }

    /**
     * The improved plan.
     *
     * @param graph the frozen graph of the plan
     * @param evidence what was seen of that graph
     * @param witness samples, an engine and shapes, for refinements that must run the network
     * @param journal what it did and left alone
     * @param memo what was computed for other plans of the same graph
     */
    Plan apply(Graph graph, Plan plan, Evidence evidence, Witness witness, Journal journal, Memo memo);
}
