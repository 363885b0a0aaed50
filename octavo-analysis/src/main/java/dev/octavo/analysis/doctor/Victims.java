package dev.octavo.analysis.doctor;

import dev.octavo.analysis.compare.ComparedSite;
import dev.octavo.analysis.compare.LayerComparison;
import dev.octavo.analysis.compare.PairStats;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Sites that look bad in a comparison and are not to blame: their error in the quantized network is many times what
 * their own layer adds when it is fed what the float network feeds it.
 */
final class Victims {
    private static final int MOST = 3;

    /* Of a victim's noise its own layer adds less than so much. */
    private static final double OWN = 0.2;

    /* Noise over signal that is worth a word: worse than 20 dB. */
    private static final double BAD = 0.01;

    private final Patient patient;

    Victims(Patient patient) {
        this.patient = patient;
    }

    /** The worst of them, given the sites that are to blame. */
    List<Diagnosis> of(Dataset data, int threads, Progress progress, List<Diagnosis> culprits) {
        boolean comparable = patient.plan().grids().keySet().stream()
                .anyMatch(s -> patient.graph().require(s.value()).constant().isEmpty());
        if (!comparable) {
            return List.of();
        }
        Set<String> blamed = culprits.stream().map(Diagnosis::site).collect(Collectors.toSet());
        List<ComparedSite> rows = new LayerComparison(patient.graph(), patient.lowered(), Engine.Mode.OPTIMIZED)
                .run(data, threads, progress);
        List<Diagnosis> found = new ArrayList<>();
        for (ComparedSite row : rows) {
            double noise = noise(row.accumulated());
            double own = row.alone().map(Victims::noise).orElse(0.0);
            boolean moved = !patient.origin(row.value()).equals(row.value());
            if (found.size() < MOST
                    && noise > BAD
                    && own < OWN * noise
                    && !moved
                    && !blamed.contains(row.value())
                    && row.grid().isPresent()) {
                found.add(diagnosis(row, noise, own, culprits));
            }
        }
        return found;
    }

    private static double noise(PairStats s) {
        return s.notANumber() > 0 ? 1e6 : Math.min(1e6, Math.pow(10, -s.sqnr() / 10));
    }

    private Diagnosis diagnosis(ComparedSite row, double noise, double own, List<Diagnosis> culprits) {
        Set<String> above = upstream(patient.graph().require(row.value()));
        Optional<Diagnosis> culprit = culprits.stream()
                .filter(d -> above.contains(d.site()))
                .max(Comparator.comparingDouble(Diagnosis::share));
        String evidence = String.format(
                Locale.ROOT,
                "%.1f dB in the quantized network, %.1f dB if only its own layer is quantized: %.0f %% of its noise comes "
                        + "from upstream%s",
                row.accumulated().sqnr(),
                row.alone().map(PairStats::sqnr).orElse(PairStats.NO_NOISE),
                100 * (1 - own / noise),
                culprit.map(d -> ", most of it from " + d.site() + " (" + d.kind() + ")")
                        .orElse(""));
        return new Diagnosis(
                row.value(),
                "activation",
                List.of(new Blame(Cause.ACCUMULATED, 1 - own / noise)),
                0,
                evidence,
                List.of());
    }

    /* Everything that a value is computed from, itself included: its own layer's weights are named after it. */
    private static Set<String> upstream(Value v) {
        Set<String> names = new HashSet<>(Set.of(v.name()));
        Deque<Value> open = new ArrayDeque<>(List.of(v));
        while (!open.isEmpty()) {
            Optional<Node> producer = open.pop().producer();
            producer.ifPresent(n ->
                    n.presentInputs().stream().filter(i -> names.add(i.name())).forEach(open::push));
        }
        return names;
    }
}
