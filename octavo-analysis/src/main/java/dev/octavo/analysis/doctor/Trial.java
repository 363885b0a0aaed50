package dev.octavo.analysis.doctor;

import dev.octavo.analysis.sensitivity.OutputTally;
import dev.octavo.core.ModelException;
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
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Quantizes a network in one way after another and measures each as it is executed. Every site that has an integer
 * kernel is quantized, so that trials differ in what was asked for alone; what was seen of a rewritten graph serves all
 * trials on it.
 *
 * @param <M> the task's metric
 */
public final class Trial<M extends Metric<M>> {
    private static final int EXAMINED = 8;

    /* Elements of remembered outputs, 64 MiB in all. */
    private static final long MOST_HELD = 1 << 24;

    private final Graph model;
    private final Dataset calibration;
    private final Dataset test;
    private final M none;
    private final int threads;
    private final Dataset used;
    private final List<Seen> seen = new ArrayList<>();
    private final Set<String> unreadable = new ConcurrentSkipListSet<>();
    private final Map<Integer, Map<String, Tensor>> truths = new ConcurrentHashMap<>();
    private final AtomicLong held = new AtomicLong();

    /** What was seen of a graph in some data, and what had been asked. */
    private record Seen(Dataset data, EvidenceRequest request, Evidence evidence) {}

    /** Every so many samples of a data set, which is not closed with this. */
    private record Some(Dataset whole, int size) implements Dataset {
        private int place(int index) {
            return Math.toIntExact((long) index * whole.size() / size);
        }

        @Override
        public Sample read(int index) throws UnreadableSampleException {
            return whole.read(place(index));
        }

        @Override
        public String name(int index) {
            return whole.name(place(index));
        }

        @Override
        public String fingerprint() {
            return whole.fingerprint() + " " + size + " of it";
        }
    }

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
        this.used = test == calibration || test.size() <= EXAMINED ? test : new Some(test, EXAMINED);
    }

    /** Data for ranges. */
    public Dataset calibration() {
        return calibration;
    }

    /** Some of the data that are measured on: what sites are examined with. */
    Dataset used() {
        return used;
    }

    /** Samples that could not be read in any measurement so far, with the reason; they are in no number. */
    public List<String> unreadable() {
        return List.copyOf(unreadable);
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
        Evidence evidence = evidence(prepared, prepared.request());
        Plan plan = new Quantizer(options)
                .plan(prepared, evidence, options.activations(), calibration, threads, Progress.NONE)
                .plan();
        return new Made(prepared, evidence, plan, prepared.lower(plan));
    }

    /** What the calibration data say of a graph beyond what its plan needs. */
    public Evidence evidence(Prepared prepared, EvidenceRequest request) {
        return evidence(prepared, request, calibration);
    }

    /** What the data that are measured on say of it. */
    Evidence usedEvidence(Prepared prepared, EvidenceRequest request) {
        return evidence(prepared, request, used);
    }

    private Evidence evidence(Prepared prepared, EvidenceRequest request, Dataset data) {
        for (Seen s : seen) {
            boolean covers = s.data() == data
                    && s.evidence().graphFingerprint().equals(prepared.fingerprint())
                    && s.request().and(request).equals(s.request());
            if (covers) {
                return s.evidence();
            }
        }
        SweepOptions sweep = SweepOptions.standard().withThreads(threads);
        Evidence fresh = EvidenceSweep.collect(
                        prepared.graph(), prepared.fingerprint(), request, data, sweep, Progress.NONE)
                .evidence();
        seen.add(new Seen(data, request, fresh));
        return fresh;
    }

    /**
     * Measures a network, float or quantized, against the float one.
     *
     * @throws ModelException when no sample can be read; those that cannot are {@link #unreadable}
     */
    public OutputTally<M> measure(Graph network) {
        List<String> inputs = model.requiredInputs().stream().map(Value::name).toList();
        AtomicInteger next = new AtomicInteger();
        try (Truth truth = new Truth();
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
            if (unreadable.size() >= test.size() && total.outputs().isEmpty()) {
                throw new ModelException(
                        "none of the " + test.size() + " samples can be read; one of them: "
                                + unreadable.iterator().next(),
                        "check the data set");
            }
            return total;
        }
    }

    /** What the float network gives, remembered from one measurement to the next as far as there is room. */
    private final class Truth implements AutoCloseable {
        private Engine.@Nullable Session session;

        Map<String, Tensor> of(int sample, Map<String, Tensor> in) {
            Map<String, Tensor> known = truths.get(sample);
            if (known != null) {
                return known;
            }
            Map<String, Tensor> fresh = session().run(in);
            long size = fresh.values().stream().mapToLong(Tensor::elements).sum();
            if (held.addAndGet(size) <= MOST_HELD) {
                truths.put(sample, fresh);
            }
            return fresh;
        }

        private synchronized Engine.Session session() {
            if (session == null) {
                session = OrtEngine.INSTANCE.open(model, Engine.Mode.OPTIMIZED, 1);
            }
            return session;
        }

        @Override
        public void close() {
            if (session != null) {
                session.close();
            }
        }
    }

    private OutputTally<M> with(OutputTally<M> sum, int i, List<String> inputs, Truth truth, Engine.Session got) {
        try {
            Sample s = test.read(i);
            Map<String, Tensor> in = s.inputsFor(inputs);
            return sum.plus(s, truth.of(i, in), got.run(in));
        } catch (UnreadableSampleException e) {
            unreadable.add(test.name(i) + ": " + e.getMessage());
            return sum;
        }
    }
}
