package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.Lowering;
import dev.octavo.quant.range.AbsMax;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.solve.EvidenceNeeds;
import dev.octavo.quant.solve.Solver;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.OnnxRuntimeCpu;
import dev.octavo.quant.target.SchemeBuilder;
import dev.octavo.quant.target.SchemeOptions;
import java.util.List;
import java.util.Map;

/** Q/DQ graphs before any data was seen: to be timed, for which any grids do, or to be compared with each other. */
final class RoughLowering {
    private RoughLowering() {}

    /** The graph in which exactly these groups run in integers, its grids made up; the float graph itself if there are none. */
    static Graph of(Graph graph, List<Group> integer, SchemeOptions options) {
        return of(graph, integer, options, RoughEvidence.of(graph, "rough", needs(graph, integer, options)));
    }

    /** The same with grids that cover what the evidence saw. */
    static Graph of(Graph graph, List<Group> integer, SchemeOptions options, Evidence seen) {
        if (integer.isEmpty()) {
            return graph;
        }
        Solver.Rules rules = new Solver.Rules(new MinMax(), new AbsMax(), Map.of());
        Plan plan = Solver.solve(graph, scheme(graph, integer, options), seen, rules, new Journal());
        return Lowering.lower(graph, plan);
    }

    /** What must be seen of the network for these groups to get grids. */
    static EvidenceRequest needs(Graph graph, List<Group> integer, SchemeOptions options) {
        return integer.isEmpty() ? EvidenceRequest.NOTHING : EvidenceNeeds.of(graph, scheme(graph, integer, options));
    }

    private static Scheme scheme(Graph graph, List<Group> integer, SchemeOptions options) {
        return SchemeBuilder.build(graph, integer, new OnnxRuntimeCpu(), options);
    }
}
