package dev.octavo.cli;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.cost.ExportCheck;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.RangedPlan;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A network prepared, observed and solved, and nothing written yet.
 *
 * @param results one per range rule, of the same prepared graph
 */
record Attempt(Prepared prepared, SweepResult seen, List<Result> results) {
    /** One model to be written, and how it came about. */
    record Result(RangedOptions options, RangedPlan ranged, Plan plan, Graph lowered, ExportCheck check) {
        Result with(RangedOptions others) {
            return new Result(others, ranged, plan, lowered, check);
        }
    }

    /** Signal-to-noise ratio of the executed outputs against float, if it was measured. */
    OptionalDouble decibels() {
        return results.get(0).ranged().decibels();
    }

    /** The part of the multiply-accumulates that runs in integers. */
    double integerShare() {
        return results.get(0).check().integerShare();
    }
}
