package dev.octavo.analysis.doctor;

import dev.octavo.analysis.sensitivity.OutputTally;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.Parallel;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Quantizes a network in one way after another and measures each as it is executed. Every site that has an integer
 * kernel is quantized, so that trials differ in what was asked for alone; what was seen of a rewritten graph serves all
 * trials on it.
 *
 * @param <M> the task's metric
 */
public final class Trial<M extends Metric<M>> {
    private final Graph model;
    private final Dataset calibration;
    private final Dataset test;
    private final M none;
    private final int threads;
    private final List<Seen> seen = new ArrayList<>();

    /** What was seen of a graph, and what had been asked. */
    private record Seen(EvidenceRequest request, Evidence evidence) {}

    /** A quantized network with all that led to it. */
    public record Made(Prepared prepared, Evidence evidence, Plan plan, Graph lowered) {}

    /**
     * Trials on a network.
     *
     * @param calibration data for ranges
     * @param test what to measure on
     * @param none the task's empty tally
     * @param threads samples at a time
     */
    public Trial(Graph model, Dataset calibration, Dataset test, M none, int threads) {
        this.model = model;
        this.calibration = calibration;
        this.test = test;
        this.none = none;
        this.threads = threads;
    }

    /** Data for ranges. */
    public Dataset calibration() {
        return calibration;
    }

    /** The task's empty tally. */
    public M none() {
        return none;
    }

    /** Samples at a time. */
    public int threads() {
        return threads;
    }

    /** Quantizes in one way. */
    public Made make(QuantizeOptions options) {
        SweepOptions sweep = SweepOptions.standard().withThreads(threads);
        DataWitness witness = DataWitness.of(model, calibration, sweep, Progress.NONE);
        Prepared prepared = Preparation.everywhere(
                Preparation.rewrite(model, options.rewritesForGrids(), witness, OrtEngine.INSTANCE::inferTypes),
                options,
                witness);
        Evidence evidence = evidence(prepared, prepared.request(), sweep);
        Plan plan = new Quantizer(options)
                .plan(prepared, evidence, options.activations(), calibration, threads, Progress.NONE)
                .plan();
        return new Made(prepared, evidence, plan, prepared.lower(plan));
    }

    /** What the data say of a graph beyond what its plan needs. */
    public Evidence evidence(Prepared prepared, EvidenceRequest request) {
        return evidence(prepared, request, SweepOptions.standard().withThreads(threads));
    }

    private Evidence evidence(Prepared prepared, EvidenceRequest request, SweepOptions sweep) {
        for (Seen s : seen) {
            boolean covers = s.evidence().graphFingerprint().equals(prepared.fingerprint())
                    && s.request().and(request).equals(s.request());
            if (covers) {
                return s.evidence();
            }
        }
        Evidence fresh = EvidenceSweep.collect(
                        prepared.graph(), prepared.fingerprint(), request, calibration, sweep, Progress.NONE)
                .evidence();
        seen.add(new Seen(request, fresh));
        return fresh;
    }

    /** Measures a network, float or quantized, against the float one. */
    public OutputTally<M> measure(Graph network) {
        List<String> inputs = model.requiredInputs().stream().map(Value::name).toList();
        AtomicInteger next = new AtomicInteger();
        try (Engine.Session truth = OrtEngine.INSTANCE.open(model, Engine.Mode.OPTIMIZED, 1);
                Engine.Session got = OrtEngine.INSTANCE.open(network, Engine.Mode.OPTIMIZED, 1)) {
            List<Callable<OutputTally<M>>> workers = new ArrayList<>();
            for (int t = 0; t < Math.max(1, Math.min(threads, test.size())); t++) {
                workers.add(() -> {
                    OutputTally<M> sum = OutputTally.empty(none);
                    for (int i = next.getAndIncrement(); i < test.size(); i = next.getAndIncrement()) {
                        sum = with(sum, i, inputs, truth, got);
                    }
                    return sum;
                });
            }
            OutputTally<M> total = OutputTally.empty(none);
            for (OutputTally<M> part : Parallel.all(workers, workers.size())) {
                total = total.merge(part);
            }
            return total;
        }
    }

    private OutputTally<M> with(
            OutputTally<M> sum, int i, List<String> inputs, Engine.Session truth, Engine.Session got) {
        try {
            Sample s = test.read(i);
            Map<String, Tensor> in = s.inputsFor(inputs);
            return sum.plus(s, truth.run(in), got.run(in));
        } catch (UnreadableSampleException e) {
            return sum; // Left out; whoever opened the data names it.
        }
    }
}
