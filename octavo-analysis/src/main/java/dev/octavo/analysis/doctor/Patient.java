package dev.octavo.analysis.doctor;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Range;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.Map;
import java.util.Optional;

/**
 * A quantized network with what is known of it.
 *
 * @param prepared the float network with its scheme
 * @param plan its grids
 * @param lowered its Q/DQ form
 * @param calibrated what the calibration data showed
 * @param used what the data showed that it is measured on
 * @param options what was asked for
 */
record Patient(
        Prepared prepared, Plan plan, Graph lowered, Evidence calibrated, Evidence used, QuantizeOptions options) {

    Graph graph() {
        return prepared.graph();
    }

    /** What was seen of a value in use; empty for one that was not observed. */
    Optional<ValueEvidence> seen(String value) {
        return Optional.ofNullable(used.values().get(value))
                .filter(v -> !v.histogram().isEmpty());
    }

    /** The range that the calibration data showed of a value, 0 included. */
    Optional<Range> known(String value) {
        return Optional.ofNullable(calibrated.values().get(value))
                .map(ValueEvidence::histogram)
                .filter(h -> !h.isEmpty())
                .map(Patient::range);
    }

    static Range range(DyadicHistogram h) {
        return new Range(Math.min(0, h.min()), Math.max(0, h.max()));
    }

    /** The choice for a value; empty if its uses alone have some. */
    Optional<Choice> choice(String value) {
        return Optional.ofNullable(prepared.scheme().choices().get(new Site.OfValue(value)));
    }

    /** The grid of a value, or of the first of its uses that has one. */
    Grid grid(String value) {
        return Optional.ofNullable(plan.grids().get(new Site.OfValue(value)))
                .or(() -> plan.grids().entrySet().stream()
                        .filter(e -> e.getKey().value().equals(value))
                        .map(Map.Entry::getValue)
                        .findFirst())
                .orElseThrow();
    }

    /** The value whose codes a value's are, moved as they are: the value itself where it has a grid of its own. */
    String origin(String name) {
        Value v = graph().require(name);
        while (choice(v.name()).filter(c -> c instanceof Choice.SameAs).isPresent()
                && v.producer()
                        .filter(n -> OpCatalog.of(n).kind() == OpKind.PASSES_THROUGH)
                        .isPresent()) {
            v = v.producer().orElseThrow().input(0).orElseThrow();
        }
        return v.name();
    }

    /** Whether nothing but outputs of the network read a value, seen through what only moves elements. */
    static boolean onlyGoesOut(Value v) {
        return v.uses().isEmpty()
                ? v.isGraphOutput()
                : v.uses().stream()
                        .allMatch(u -> !u.isCaptured()
                                && (u.node().is("Identity")
                                        || OpCatalog.of(u.node()).kind() == OpKind.PASSES_THROUGH)
                                && onlyGoesOut(u.node().output()));
    }
}
