package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.stat.Evidence;
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

/** Q/DQ graphs to be timed before any data was seen: the grids are made up, and kernels do not care. */
final class RoughLowering {
    private RoughLowering() {}

    /** The graph in which exactly these groups run in integers; the float graph itself if there are none. */
    static Graph of(Graph graph, List<Group> integer, SchemeOptions options) {
        if (integer.isEmpty()) {
            return graph;
        }
        Scheme scheme = SchemeBuilder.build(graph, integer, new OnnxRuntimeCpu(), options);
        Evidence rough = RoughEvidence.of(graph, "rough", EvidenceNeeds.of(graph, scheme));
        Solver.Rules rules = new Solver.Rules(new MinMax(), new AbsMax(), Map.of());
        Plan plan = Solver.solve(graph, scheme, rough, rules, new Journal());
        return Lowering.lower(graph, plan);
    }
}
