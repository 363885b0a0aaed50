package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sensitivity.Measure;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.analysis.sensitivity.SensitiveSite;
import dev.octavo.analysis.sensitivity.SensitiveSite.Kind;
import dev.octavo.analysis.sensitivity.Sensitivity;
import dev.octavo.analysis.sensitivity.SensitivityTable;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.op.Workload;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Site;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Sites to widen, those whose noise per cost is highest first. */
final class Candidates {
    /* Widening costs something even where nothing is multiplied. */
    private static final double LEAST_COST = 0.002;
    private static final int NARROW = 8;

    private final Trial<?> trial;

    Candidates(Trial<?> trial) {
        this.trial = trial;
    }

    private record Candidate(String value, double noise, double cost) {
        double worth() {
            return noise / cost;
        }
    }

    /** A step per site with 8 bits or fewer, in the order in which to take them. */
    List<Step> of(QuantizeOptions options) {
        Trial.Made made = trial.make(options);
        Prepared p = made.prepared();
        SensitivityTable<NoTask> table = new Sensitivity(p.graph(), p.types(), made.plan(), trial.threads())
                .run(trial.calibration(), new NoTask(), Progress.NONE);
        double all = total(p);
        Map<String, Candidate> byValue = new TreeMap<>();
        double noise = 0;
        for (SensitiveSite<NoTask> row : table.rows()) {
            if (row.kind() == Kind.BOTH) {
                continue;
            }
            double n = Math.min(1e6, Math.pow(10, Measure.SQNR.harm(row.alone().outputs(), Map.of()) / 10));
            noise += n;
            for (String value : values(p, made, row)) {
                double cost = LEAST_COST + macsAt(p, value) / Math.max(1, all);
                byValue.putIfAbsent(value, new Candidate(value, n, cost));
            }
        }
        double whole = noise;
        List<Step> steps = new ArrayList<>();
        byValue.values().stream()
                .sorted(Comparator.comparingDouble(c -> -c.worth()))
                .forEach(c -> steps.add(new Step(
                        Tuner.widened(c.value()),
                        String.format(
                                Locale.ROOT,
                                "alone it brings %.1f %% of the noise for %.1f %% of the multiply-accumulates",
                                100 * c.noise() / Math.max(whole, 1e-30),
                                100 * (c.cost() - LEAST_COST)))));
        return steps;
    }

    /* Biases follow their weights. */
    private static List<String> values(Prepared p, Trial.Made made, SensitiveSite<?> row) {
        return row.sites().stream()
                .filter(s -> Objects.requireNonNull(made.plan().grids().get(s))
                                .spec()
                                .bits()
                        <= NARROW)
                .map(Site::value)
                .distinct()
                .filter(v -> p.graph().value(v).isPresent())
                .toList();
    }

    private static double total(Prepared p) {
        return p.graph().nodes().stream()
                .mapToDouble(n -> Workload.macs(n, p.types()))
                .sum();
    }

    /* What no longer multiplies 8 bits by 8 bits once the value is wider. */
    private static double macsAt(Prepared p, String value) {
        Value v = p.graph().require(value);
        return v.uses().stream()
                .filter(u -> !u.isCaptured())
                .mapToDouble(u -> Workload.macs(u.node(), p.types()))
                .sum();
    }

    /** The share of multiply-accumulates that have grids of at most 8 bits on both sides; 1 where there are none. */
    static double int8Share(Trial.Made made) {
        Prepared p = made.prepared();
        double narrow = 0;
        for (Node n : p.graph().nodes()) {
            Optional<Weighted> w = Weighted.of(n);
            if (w.isPresent() && isNarrow(made, n, Weighted.INPUT) && isNarrow(made, n, Weighted.WEIGHT)) {
                narrow += Workload.macs(n, p.types());
            }
        }
        double all = total(p);
        return all > 0 ? narrow / all : 1;
    }

    private static boolean isNarrow(Trial.Made made, Node n, int input) {
        Optional<Grid> grid = made.plan().gridFor((Site.OfUse) Site.ofInput(n, input));
        return grid.isPresent() && grid.get().spec().bits() <= NARROW;
    }
}
