package dev.octavo.analysis.doctor;

import dev.octavo.core.graph.Value;
import dev.octavo.ort.cost.ExportCheck;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Layers that the runtime computes in float: they cost time, not accuracy. */
final class FloatLayers {
    private FloatLayers() {}

    /** A layer in float with its share of all multiply-accumulates. */
    record Found(Diagnosis diagnosis, double work) {}

    /** The layers in float, the largest first. */
    static List<Found> of(Patient p) {
        ExportCheck check = p.prepared().check(p.lowered());
        Map<String, Value> gives = Group.of(p.graph()).stream()
                .collect(Collectors.toMap(g -> g.node().label(), Group::output, (a, b) -> a));
        List<Found> found = new ArrayList<>();
        for (ExportCheck.InFloat f : check.floats()) {
            Value v = gives.get(f.node());
            if (f.macs() > 0 && v != null) {
                double work = f.macs() / (double) check.macs();
                String evidence = String.format(
                        Locale.ROOT,
                        "%s; it is %.1f %% of all multiply-accumulates, and %.1f %% of them run in integers",
                        f.because(),
                        100 * work,
                        100 * check.integerShare());
                found.add(new Found(
                        new Diagnosis(
                                v.name(), "layer", List.of(new Blame(Cause.LEFT_IN_FLOAT, 1)), 0, evidence, List.of()),
                        work));
            }
        }
        found.sort(Comparator.comparingDouble(f -> -f.work()));
        return found;
    }
}
