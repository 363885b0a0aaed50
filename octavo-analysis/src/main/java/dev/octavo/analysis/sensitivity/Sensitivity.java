package dev.octavo.analysis.sensitivity;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.Parallel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Measures what every site of a plan costs at the outputs: the float network with that site alone quantized, and the
 * quantized network with that site alone left in float, simulated.
 *
 * <p>The network is walked step by step. Both states, that of the float network and that of the quantized one, are
 * taken along, so that nothing before the changed site is ever run again; what follows it is run in one session for all
 * sites of a step. Samples go through in blocks: memory does not grow with their number.
 *
 * <p>Cutting changes no bit: a row is exactly what the whole network gives under the plan with these sites alone.
 */
public final class Sensitivity {
    /* Samples of which two states are held at a time. */
    private static final int BLOCK = 16;

    private final Graph graph;
    private final Workbench bench;
    private final int threads;

    /**
     * Sensitivity of a plan.
     *
     * @param graph the float network after its rewrites
     * @param types element types and shapes of its values
     * @param plan what is quantized, and how
     * @param threads samples at a time
     */
    public Sensitivity(Graph graph, Map<String, TensorType> types, Plan plan, int threads) {
        this.graph = graph;
        this.bench = new Workbench(graph, types, plan);
        this.threads = threads;
        if (plan.grids().isEmpty()) {
            throw new ModelException("nothing is quantized, so nothing is sensitive", "check the recipe");
        }
    }

    /**
     * Measures all sites.
     *
     * @param none the empty tally of the task, {@link NoTask} if there is none
     */
    public <M extends Metric<M>> SensitivityTable<M> run(Dataset data, M none, Progress progress) {
        return run(data, none, progress, true);
    }

    /**
     * Measures what each site costs alone, at less than half the price: rows have nothing under {@code left}, and there
     * are none for both parts of a layer.
     */
    public SensitivityTable<NoTask> runAlone(Dataset data, Progress progress) {
        return run(data, new NoTask(), progress, false);
    }

    private <M extends Metric<M>> SensitivityTable<M> run(Dataset data, M none, Progress progress, boolean left) {
        Collector<M> rows = new Collector<>(none);
        List<String> skipped = new ArrayList<>();
        int blocks = (data.size() + BLOCK - 1) / BLOCK;
        progress.begin("sensitivity", (long) blocks * (bench.steps().size() + 1));
        try {
            for (int from = 0; from < data.size(); from += BLOCK) {
                block(data, from, Math.min(data.size(), from + BLOCK), rows, skipped, progress, left);
            }
        } finally {
            progress.end();
        }
        if (skipped.size() == data.size()) {
            throw new ModelException("no sample could be read", "check the data set");
        }
        return rows.table(skipped);
    }

    private <M extends Metric<M>> void block(
            Dataset data, int from, int to, Collector<M> rows, List<String> skipped, Progress progress, boolean left) {
        List<Moment> moments = begin(data, from, to, skipped);
        int steps = bench.steps().size();
        for (int step = -1; step < steps; step++) {
            List<Moment> before = moments;
            try (StepWork work = new StepWork(graph, bench, step, left)) {
                List<Callable<StepWork.Result<M>>> jobs = new ArrayList<>();
                for (Moment m : before) {
                    jobs.add(() -> work.run(m, rows.none()));
                }
                List<Moment> after = new ArrayList<>();
                for (StepWork.Result<M> r : Parallel.all(jobs, threads)) {
                    rows.add(work.rows(), r);
                    after.add(r.after());
                }
                moments = after;
            }
            progress.advance(1);
        }
        for (Moment m : moments) {
            rows.whole(
                    rows.empty().plus(m.sample(), m.truth(), bench.outputs(m.real(), Map.of(), s -> false)),
                    rows.empty().plus(m.sample(), m.truth(), bench.outputs(m.coded(), Map.of(), s -> true)));
        }
    }

    /* The samples of a block with the outputs of the whole float network. */
    private List<Moment> begin(Dataset data, int from, int to, List<String> skipped) {
        List<String> inputs = graph.requiredInputs().stream().map(Value::name).toList();
        List<Callable<List<Moment>>> jobs = new ArrayList<>();
        List<String> unread = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Moment> moments = new ArrayList<>();
        try (Part whole = bench.from(0, s -> false)) {
            for (int i = from; i < to; i++) {
                int index = i;
                jobs.add(() -> {
                    try {
                        Sample sample = data.read(index);
                        Map<String, Tensor> state = new LinkedHashMap<>(sample.inputsFor(inputs));
                        Map<String, Tensor> truth = bench.outputs(state, whole.run(state), s -> false);
                        return List.of(new Moment(sample, truth, state, state));
                    } catch (UnreadableSampleException e) {
                        unread.add(data.name(index) + ": " + e.getMessage());
                        return List.of();
                    }
                });
            }
            Parallel.all(jobs, threads).forEach(moments::addAll);
        }
        unread.sort(null);
        skipped.addAll(unread);
        return moments;
    }

    /** Rows as they grow. */
    private static final class Collector<M extends Metric<M>> {
        private final M none;
        private final Map<StepWork.Row, OutputTally<M>> alone = new LinkedHashMap<>();
        private final Map<StepWork.Row, OutputTally<M>> left = new LinkedHashMap<>();
        private OutputTally<M> itself;
        private OutputTally<M> quantized;

        Collector(M none) {
            this.none = none;
            this.itself = OutputTally.empty(none);
            this.quantized = OutputTally.empty(none);
        }

        M none() {
            return none;
        }

        OutputTally<M> empty() {
            return OutputTally.empty(none);
        }

        void add(List<StepWork.Row> rows, StepWork.Result<M> r) {
            for (int i = 0; i < rows.size(); i++) {
                alone.merge(rows.get(i), r.alone().get(i), OutputTally::merge);
                left.merge(rows.get(i), r.left().get(i), OutputTally::merge);
            }
        }

        void whole(OutputTally<M> ofItself, OutputTally<M> ofQuantized) {
            itself = itself.merge(ofItself);
            quantized = quantized.merge(ofQuantized);
        }

        SensitivityTable<M> table(List<String> skipped) {
            List<SensitiveSite<M>> rows = new ArrayList<>();
            alone.forEach((row, tally) -> rows.add(new SensitiveSite<>(
                    row.name(),
                    row.op(),
                    row.kind(),
                    row.dtype(),
                    row.sites(),
                    tally,
                    java.util.Objects.requireNonNull(left.get(row)))));
            return new SensitivityTable<>(rows, itself, quantized, skipped);
        }
    }
}
