package dev.octavo.ort.quantize;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Workload;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.Parallel;
import dev.octavo.quant.Journal;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.range.Measured;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.quant.solve.Solver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;

/**
 * Finds the range rules with which a network's outputs come out closest to float: one rule for values that can be
 * negative, one for values that cannot. Each candidate's plan is executed on a few samples of the calibration data; no
 * labels are needed.
 *
 * <pre>
 *   error(plan) = mean over outputs of  Σ (float − executed)² / Σ float²
 * </pre>
 *
 * <p>First the rule for the values that can be negative is chosen with least squares for the others, then the rule for
 * the others.
 */
final class RangeSearch {
    /* As many samples as make up so many multiply-accumulates, so that small networks are measured well. */
    private static final long WORK = 10_000_000_000L;
    private static final int LEAST_SAMPLES = 32;
    private static final int MOST_SAMPLES = 128;

    private final Prepared prepared;
    private final Evidence evidence;
    private final int threads;
    private final Progress progress;
    private final List<Map<String, Tensor>> samples = new ArrayList<>();
    private final List<Map<String, Tensor>> truth;

    private RangeSearch(Prepared prepared, Evidence evidence, Dataset data, int threads, Progress progress) {
        this.prepared = prepared;
        this.evidence = evidence;
        this.threads = threads;
        this.progress = progress;
        List<String> inputs =
                prepared.graph().requiredInputs().stream().map(Value::name).toList();
        int n = Math.min(samples(prepared), data.size());
        for (int i = 0; i < n; i++) {
            try {
                samples.add(data.read((int) ((long) i * data.size() / n)).inputsFor(inputs));
            } catch (UnreadableSampleException e) {
                // The sweep has counted and named it already.
            }
        }
        if (samples.isEmpty()) {
            throw new ModelException(
                    "none of the samples to measure ranges on can be read", "choose a rule with --range");
        }
        this.truth = outputs(prepared.graph());
    }

    /** The best plan found and what it was measured to be. */
    static RangedPlan search(Prepared prepared, Evidence evidence, Dataset data, int threads, Progress progress) {
        return new RangeSearch(prepared, evidence, data, threads, progress).run();
    }

    private static int samples(Prepared prepared) {
        long macs = 0;
        for (Node node : prepared.graph().nodes()) {
            macs += Workload.macs(node, prepared.types());
        }
        return (int) Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, WORK / Math.max(1, macs)));
    }

    /** Rules for both kinds of values. */
    private record Pair(RangeRule signed, RangeRule others) {}

    private RangedPlan run() {
        boolean anySigned = evidence.values().entrySet().stream().anyMatch(e -> isSigned(e.getKey()));
        boolean anyOther = evidence.values().keySet().stream().anyMatch(v -> !isSigned(v));
        Map<Pair, Double> errors = new LinkedHashMap<>();
        int tries = Measured.CANDIDATES.size();
        progress.begin("try range rules", anySigned && anyOther ? 2L * tries - 1 : tries);
        RangeRule start = new LeastSquares();
        Pair best = new Pair(start, start);
        if (anySigned || !anyOther) {
            best = best(
                    Measured.CANDIDATES.stream().map(r -> new Pair(r, start)).toList(), errors);
        }
        if (anyOther) {
            RangeRule signed = best.signed();
            best = best(
                    Measured.CANDIDATES.stream().map(r -> new Pair(signed, r)).toList(), errors);
        }
        progress.end();
        Journal journal = new Journal();
        Plan plan = plan(best, journal);
        OptionalDouble decibels = OptionalDouble.of(decibels(errors.getOrDefault(best, 0.0)));
        return new RangedPlan(plan, best.signed(), best.others(), decibels, samples.size(), journal);
    }

    private static double decibels(double error) {
        return -10 * Math.log10(Math.max(error, 1e-30));
    }

    private boolean isSigned(String value) {
        return evidence.of(value).histogram().min() < 0;
    }

    private Plan plan(Pair pair, Journal journal) {
        Map<Site, RangeRule> bySite = new HashMap<>();
        RangeRule asked = prepared.options().activations();
        evidence.values()
                .keySet()
                .forEach(v -> bySite.put(
                        new Site.OfValue(v), WithRoom.like(asked, isSigned(v) ? pair.signed() : pair.others())));
        return prepared.solve(
                evidence, new Solver.Rules(pair.others(), prepared.options().weights(), bySite), journal);
    }

    private Pair best(List<Pair> pairs, Map<Pair, Double> errors) {
        List<Callable<Double>> work = new ArrayList<>();
        for (Pair p : pairs) {
            Double known = errors.get(p);
            work.add(known != null ? () -> known : () -> measured(p));
        }
        List<Double> results = Parallel.all(work, threads);
        int least = 0;
        for (int i = 0; i < pairs.size(); i++) {
            errors.put(pairs.get(i), results.get(i));
            if (results.get(i) < results.get(least)) {
                least = i;
            }
        }
        return pairs.get(least);
    }

    private double measured(Pair pair) {
        List<Map<String, Tensor>> executed = outputs(prepared.lower(plan(pair, new Journal())));
        progress.advance(1);
        double error = 0;
        for (Value out : prepared.graph().outputs()) {
            double difference = 0;
            double power = 0;
            for (int i = 0; i < truth.size(); i++) {
                Tensor t = truth.get(i).get(out.name());
                Tensor e = executed.get(i).get(out.name());
                if (t == null
                        || e == null
                        || t.dtype() != dev.octavo.core.tensor.DType.FLOAT
                        || !t.shape().equals(e.shape())) {
                    continue;
                }
                float[] real = t.floats();
                float[] got = e.floats();
                for (int k = 0; k < real.length; k++) {
                    double d = (double) real[k] - got[k];
                    difference += d * d;
                    power += (double) real[k] * real[k];
                }
            }
            error += power == 0 ? difference : difference / power;
        }
        return error / prepared.graph().outputs().size();
    }

    private List<Map<String, Tensor>> outputs(Graph graph) {
        try (Engine.Session session = OrtEngine.INSTANCE.open(graph, Engine.Mode.OPTIMIZED, 1)) {
            return samples.stream().map(session::run).toList();
        }
    }
}
