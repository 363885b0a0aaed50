package dev.octavo.lidar.net;

import dev.octavo.core.plan.Plan;
import dev.octavo.core.stat.Evidence;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.Lowering;
import dev.octavo.quant.range.AbsMax;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.solve.Solver;
import java.util.Map;

/**
 * Quantizes the graph of a sparse network: scheme, plan, lowering, as for any other graph. Ranges are minimum to maximum
 * unless told otherwise: on sparse features rare large values carry the signal, and clipping them costs more than a
 * coarser step.
 */
public final class SparseQuantizer {
    private SparseQuantizer() {}

    /** The plan for a graph whose evidence is known. */
    public static Plan plan(SparseGraph graph, Evidence evidence, SparseScheme.Options options) {
        return plan(graph, evidence, options, options.signed() ? new AbsMax() : new MinMax());
    }

    /** The plan with another range rule for activations. */
    public static Plan plan(SparseGraph graph, Evidence evidence, SparseScheme.Options options, RangeRule ranges) {
        return Solver.solve(
                graph.graph(),
                SparseScheme.of(graph, options),
                evidence,
                new Solver.Rules(ranges, new AbsMax(), Map.of()),
                new Journal());
    }

    /** The Q/DQ graph of a plan: run unfused it simulates, optimized it executes in integers. */
    public static SparseGraph lower(SparseGraph graph, Plan plan) {
        return graph.with(Lowering.lower(graph.graph(), plan).freeze());
    }
}
