package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Remedies;
import dev.octavo.analysis.doctor.Remedy;
import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sensitivity.Measure;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.analysis.sensitivity.SensitiveSite;
import dev.octavo.analysis.sensitivity.SensitiveSite.Kind;
import dev.octavo.analysis.sensitivity.Sensitivity;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Site;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Sites that could be wider, with the noise that each alone brings to the outputs. */
final class Candidates {
    private static final int NARROW = 8;
    private static final double MOST_NOISE = 1e6;

    private final Ledger<?> ledger;
    private final Trial<?> trial;
    private final CostOfPlan cost;
    private final Map<String, Double> weights;

    /**
     * Candidates.
     *
     * @param weights of outputs by name: only the noise of these counts; of all alike if empty
     */
    Candidates(Ledger<?> ledger, Trial<?> trial, CostOfPlan cost, Map<String, Double> weights) {
        this.ledger = ledger;
        this.trial = trial;
        this.cost = cost;
        this.weights = weights;
    }

    /**
     * A site.
     *
     * @param value the value or weight
     * @param noise noise over signal at the outputs with this alone quantized
     * @param share of the noise of all sites
     * @param cost of widening it
     */
    record Candidate(String value, double noise, double share, double cost, String unit) {
        Step as(Function<String, Remedy> remedy) {
            return Step.of(
                    remedy.apply(value),
                    String.format(
                            Locale.ROOT,
                            "alone it brings %.1f %% of the noise for %.1f %% %s",
                            100 * share,
                            100 * Math.max(0, cost - CostOfPlan.PER_VALUE),
                            unit));
        }

        Step widened() {
            return as(Remedies::int16);
        }

        Step inFloat() {
            return as(Remedies::keepFloat);
        }
    }

    /** Sites with 8 bits or fewer under these options, those with most noise per cost first. */
    List<Candidate> worthiest(QuantizeOptions options) {
        return sorted(options, Comparator.comparingDouble(c -> -c.noise() / c.cost()));
    }

    /** The given share of the sites, at least one: those with most noise. */
    List<Candidate> top(QuantizeOptions options, double ratio) {
        List<Candidate> all = sorted(options, Comparator.comparingDouble(c -> -c.noise()));
        return all.subList(0, Math.min(all.size(), (int) Math.max(1, Math.ceil(ratio * all.size()))));
    }

    private List<Candidate> sorted(QuantizeOptions options, Comparator<Candidate> order) {
        Trial.Made made = trial.make(options);
        Map<String, Double> noise = ledger.known(
                "noise at " + (weights.isEmpty() ? "all outputs" : weights.keySet()) + " "
                        + made.plan().grids().hashCode() + " " + made.prepared().fingerprint(),
                () -> noise(made));
        double whole = noise.values().stream().mapToDouble(Double::doubleValue).sum();
        List<Candidate> all = new ArrayList<>();
        noise.forEach((value, n) -> all.add(
                new Candidate(value, n, n / Math.max(whole, 1e-30), cost.at(made.prepared(), value), cost.unit())));
        all.sort(order.thenComparing(Candidate::value));
        return all;
    }

    private Map<String, Double> noise(Trial.Made made) {
        Prepared p = made.prepared();
        Map<String, Double> byValue = new LinkedHashMap<>();
        for (SensitiveSite<NoTask> row : new Sensitivity(p.graph(), p.types(), made.plan(), trial.threads())
                .run(trial.calibration(), new NoTask(), ledger.progress())
                .rows()) {
            if (row.kind() != Kind.BOTH) {
                double n = noise(row);
                narrow(made, row).forEach(v -> byValue.putIfAbsent(v, n));
            }
        }
        return byValue;
    }

    /* Noise power over signal power at the outputs; not finite counts as a million times the signal. */
    private double noise(SensitiveSite<?> row) {
        double harm = Measure.SQNR.harm(row.alone().outputs(), weights);
        return Math.min(MOST_NOISE, Math.pow(10, harm / 10));
    }

    /* Biases follow their weights, and have 32 bits. */
    private static List<String> narrow(Trial.Made made, SensitiveSite<?> row) {
        return row.sites().stream()
                .filter(s -> bits(made, s) <= NARROW)
                .map(Site::value)
                .distinct()
                .sorted()
                .filter(v -> made.prepared().graph().value(v).isPresent())
                .toList();
    }

    private static int bits(Trial.Made made, Site s) {
        Grid grid = made.plan().grids().get(s);
        return grid == null ? Integer.MAX_VALUE : grid.spec().bits();
    }
}
