package dev.octavo.analysis.doctor;

import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Range;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Modules that are called several times, found by a weight that several layers read. Each call has a grid of its own
 * here; hardware with one grid per module ties them, and then calls with small values lose steps.
 */
final class Calls {
    private Calls() {}

    static List<Diagnosis> of(Patient p) {
        Map<Object, Value> gives = new HashMap<>();
        Group.of(p.graph()).forEach(g -> gives.put(g.node(), g.output()));
        List<Diagnosis> found = new ArrayList<>();
        for (Value v : p.graph().values()) {
            List<Value> calls = v.constant().isEmpty()
                    ? List.of()
                    : v.uses().stream()
                            .filter(Calls::isWeight)
                            .map(u -> Optional.ofNullable(gives.get(u.node())))
                            .flatMap(Optional::stream)
                            .filter(r -> p.choice(r.name()).isPresent()
                                    && p.seen(r.name()).isPresent())
                            .sorted(Comparator.comparingDouble((Value r) -> -span(p, r)))
                            .toList();
            if (calls.size() > 1 && span(p, calls.get(calls.size() - 1)) > 0) {
                found.add(diagnosis(p, v, calls));
            }
        }
        return found;
    }

    private static boolean isWeight(Use u) {
        return !u.isCaptured()
                && u.input() == Weighted.WEIGHT
                && Weighted.of(u.node()).isPresent();
    }

    private static double span(Patient p, Value v) {
        Range r = Patient.range(p.seen(v.name()).orElseThrow().histogram());
        return r.high() - r.low();
    }

    private static Diagnosis diagnosis(Patient p, Value weight, List<Value> calls) {
        double ratio = span(p, calls.get(0)) / span(p, calls.get(calls.size() - 1));
        String ranges = calls.stream()
                .map(v -> {
                    Range r = Patient.range(p.seen(v.name()).orElseThrow().histogram());
                    return String.format(Locale.ROOT, "%s [%.4g, %.4g]", v.name(), r.low(), r.high());
                })
                .collect(Collectors.joining(", "));
        String evidence = String.format(
                Locale.ROOT,
                "called %d times: %s; each call has a grid of its own here, so nothing is lost; on one grid for all, as "
                        + "hardware with a grid per module has it, the smallest call would lose %.1f bits",
                calls.size(),
                ranges,
                Math.log(ratio) / Math.log(2));
        List<String> others =
                calls.subList(1, calls.size()).stream().map(Value::name).toList();
        return new Diagnosis(
                weight.name(),
                "module",
                List.of(new Blame(Cause.SHARED_GRID, 1 - 1 / (ratio * ratio))),
                0,
                evidence,
                List.of(Remedies.sameAs(others, calls.get(0).name())));
    }
}
