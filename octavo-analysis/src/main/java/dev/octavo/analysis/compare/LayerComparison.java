package dev.octavo.analysis.compare;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.Parallel;
import dev.octavo.quant.lower.ActivationGrids;
import dev.octavo.quant.lower.ActivationGrids.Quantized;
import dev.octavo.quant.lower.Lifting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Compares a float network with a quantized one value by value over a data set. Values are matched by name; those that
 * rewrites have renamed or removed are left out, so compare with the float network after the same rewrites. Samples
 * stream through: memory does not grow with their number.
 */
public final class LayerComparison {
    private static final String PROBE = "compared ";

    private final Graph truth;
    private final Graph quantized;
    private final Engine.Mode mode;
    private final Map<String, Quantized> grids;
    private final Lifting.Lifted lifted;
    private final Map<String, TensorType> types;

    /**
     * A comparison.
     *
     * @param truth the float network
     * @param quantized a Q/DQ network with the same inputs and outputs, ours or another tool's
     * @param mode whether the quantized network is executed in integers or simulated in float
     */
    public LayerComparison(Graph truth, Graph quantized, Engine.Mode mode) {
        this.truth = truth;
        this.quantized = quantized;
        this.mode = mode;
        this.grids = ActivationGrids.of(quantized);
        if (grids.isEmpty()) {
            throw new ModelException(
                    "the second model has no quantized activation",
                    "give the float model first, then the quantized one");
        }
        this.lifted = Lifting.lift(quantized, Fingerprint::of);
        this.types = OrtEngine.INSTANCE.inferTypes(truth);
    }

    /**
     * Compares on all samples, several at a time.
     *
     * @return a row per value that both networks have, NaN first, then the worst signal-to-noise ratio first
     */
    public List<ComparedSite> run(Dataset data, int threads, Progress progress) {
        List<String> compared = compared();
        ShadowLayers shadows = ShadowLayers.of(truth, lifted.graph(), lifted.plan());
        Graph reference = shadows.graph().copy();
        for (String v : compared) {
            reference.value(v).filter(x -> !x.isGraphOutput()).ifPresent(reference::addOutput);
        }
        progress.begin("compare", data.size());
        try (Engine.Session floats = OrtEngine.INSTANCE.open(reference.freeze(), Engine.Mode.UNFUSED, 1);
                Engine.Session others = OrtEngine.INSTANCE.open(probed(compared), mode, 1)) {
            Tally total = new Tally();
            AtomicInteger next = new AtomicInteger();
            List<Callable<Tally>> workers = new ArrayList<>();
            for (int t = 0; t < Math.max(1, Math.min(threads, data.size())); t++) {
                workers.add(() -> work(floats, others, data, next, shadows, compared, progress));
            }
            Parallel.all(workers, workers.size()).forEach(total::merge);
            if (total.samples == 0) {
                throw new ModelException("no sample could be read", "check the data set");
            }
            return rows(compared, total);
        } finally {
            progress.end();
        }
    }

    /** What has been added up so far, by value. */
    private static final class Tally {
        private final Map<String, PairStats> accumulated = new LinkedHashMap<>();
        private final Map<String, PairStats> alone = new LinkedHashMap<>();
        private long samples;

        void merge(Tally o) {
            o.accumulated.forEach((v, s) -> accumulated.merge(v, s, PairStats::merge));
            o.alone.forEach((v, s) -> alone.merge(v, s, PairStats::merge));
            samples += o.samples;
        }
    }

    private Tally work(
            Engine.Session floats,
            Engine.Session others,
            Dataset data,
            AtomicInteger next,
            ShadowLayers shadows,
            List<String> compared,
            Progress progress) {
        Tally tally = new Tally();
        List<String> inputs = truth.requiredInputs().stream().map(Value::name).toList();
        for (int i = next.getAndIncrement(); i < data.size(); i = next.getAndIncrement()) {
            try {
                Map<String, Tensor> in = data.read(i).inputsFor(inputs);
                Map<String, Tensor> real = floats.run(in);
                Map<String, Tensor> got = others.run(in);
                for (String v : compared) {
                    Tensor y = got.containsKey(PROBE + v) ? got.get(PROBE + v) : got.get(v);
                    pair(real.get(v), y).ifPresent(s -> tally.accumulated.merge(v, s, PairStats::merge));
                }
                shadows.twins()
                        .forEach((v, twin) -> pair(real.get(v), real.get(twin))
                                .ifPresent(s -> tally.alone.merge(v, s, PairStats::merge)));
                tally.samples++;
            } catch (UnreadableSampleException e) {
                // Left out; whoever opened the data names it.
            }
            progress.advance(1);
        }
        return tally;
    }

    private static Optional<PairStats> pair(
            @org.jspecify.annotations.Nullable Tensor x, @org.jspecify.annotations.Nullable Tensor y) {
        if (x == null || y == null || x.dtype() != DType.FLOAT || y.dtype() != DType.FLOAT) {
            return Optional.empty();
        }
        return x.elements() == y.elements() ? Optional.of(PairStats.of(x.floats(), y.floats())) : Optional.empty();
    }

    /* Quantized values that the float network has too, and the outputs, in the order of the network. */
    private List<String> compared() {
        List<String> names = new ArrayList<>();
        for (Value v : truth.values()) {
            boolean grid = grids.containsKey(v.name());
            if (v.constant().isEmpty() && (grid || v.isGraphOutput())) {
                names.add(v.name());
            }
        }
        return names;
    }

    /* A DQ of its own for every compared value: the nodes that the runtime fuses stay as they are. */
    private Graph probed(List<String> compared) {
        Graph g = quantized.copy();
        for (String v : compared) {
            Quantized q = grids.get(v);
            if (q != null && g.value(v).filter(Value::isGraphOutput).isEmpty()) {
                Node like = q.dequantize();
                Node probe = g.addNode(NodeSpec.like(like).outputs(PROBE + v));
                g.rename(probe, PROBE + v);
                g.addOutput(probe.output());
            }
        }
        return g.freeze();
    }

    private List<ComparedSite> rows(List<String> compared, Tally total) {
        List<ComparedSite> rows = new ArrayList<>();
        for (String v : compared) {
            PairStats s = total.accumulated.get(v);
            if (s != null) {
                rows.add(new ComparedSite(
                        v,
                        truth.require(v).producer().map(Node::type).orElse("input"),
                        Optional.ofNullable(types.get(v))
                                .map(t -> t.shape().toString())
                                .orElse(""),
                        Optional.ofNullable(grids.get(v)).map(Quantized::grid),
                        s,
                        Optional.ofNullable(total.alone.get(v))));
            }
        }
        rows.sort(Comparator.comparing((ComparedSite r) -> r.accumulated().notANumber() == 0)
                .thenComparing(r -> r.accumulated().sqnr()));
        return rows;
    }

    /**
     * Pairs of a float value and the quantized one, from the first sample that can be read, evenly spread over each
     * value.
     *
     * @param most pairs per value
     * @return {@code {float, quantized}} by value
     */
    public Map<String, List<float[]>> points(Dataset data, int most) {
        List<String> compared = compared();
        Graph reference = truth.copy();
        for (String v : compared) {
            reference.value(v).filter(x -> !x.isGraphOutput()).ifPresent(reference::addOutput);
        }
        List<String> inputs = truth.requiredInputs().stream().map(Value::name).toList();
        Map<String, List<float[]>> points = new LinkedHashMap<>();
        try (Engine.Session floats = OrtEngine.INSTANCE.open(reference.freeze(), Engine.Mode.UNFUSED, 1);
                Engine.Session others = OrtEngine.INSTANCE.open(probed(compared), mode, 1)) {
            Map<String, Tensor> in = firstReadable(data).inputsFor(inputs);
            Map<String, Tensor> real = floats.run(in);
            Map<String, Tensor> got = others.run(in);
            for (String v : compared) {
                Tensor x = real.get(v);
                Tensor y = got.containsKey(PROBE + v) ? got.get(PROBE + v) : got.get(v);
                if (x != null && y != null && pair(x, y).isPresent()) {
                    points.put(v, spread(x.floats(), y.floats(), most));
                }
            }
        }
        return points;
    }

    private static Sample firstReadable(Dataset data) {
        for (int i = 0; i < data.size(); i++) {
            try {
                return data.read(i);
            } catch (UnreadableSampleException e) {
                // The next one will do; whoever opened the data names it.
            }
        }
        throw new ModelException("no sample could be read", "check the data set");
    }

    private static List<float[]> spread(float[] x, float[] y, int most) {
        List<float[]> points = new ArrayList<>();
        int stride = Math.max(1, (x.length + most - 1) / most);
        for (int i = 0; i < x.length; i += stride) {
            points.add(new float[] {x[i], y[i]});
        }
        return points;
    }

    /** The sample whose outputs are furthest from float, by signal-to-noise ratio; empty when none can be read. */
    public OptionalInt worstSample(Dataset data, int threads, Progress progress) {
        progress.begin("look for the worst sample", data.size());
        List<String> inputs = truth.requiredInputs().stream().map(Value::name).toList();
        try (Engine.Session floats = OrtEngine.INSTANCE.open(truth, Engine.Mode.OPTIMIZED, 1);
                Engine.Session others = OrtEngine.INSTANCE.open(quantized, mode, 1)) {
            List<Callable<Double>> work = new ArrayList<>();
            for (int i = 0; i < data.size(); i++) {
                int index = i;
                work.add(() -> {
                    double worst = Double.POSITIVE_INFINITY;
                    try {
                        Map<String, Tensor> in = data.read(index).inputsFor(inputs);
                        Map<String, Tensor> got = others.run(in);
                        for (Map.Entry<String, Tensor> e : floats.run(in).entrySet()) {
                            Optional<PairStats> s = pair(e.getValue(), got.get(e.getKey()));
                            worst = Math.min(
                                    worst, s.map(LayerComparison::badness).orElse(worst));
                        }
                    } catch (UnreadableSampleException e) {
                        worst = Double.POSITIVE_INFINITY;
                    }
                    progress.advance(1);
                    return worst;
                });
            }
            List<Double> sqnr = Parallel.all(work, threads);
            int worst = -1;
            for (int i = 0; i < sqnr.size(); i++) {
                worst = sqnr.get(i) < (worst < 0 ? Double.POSITIVE_INFINITY : sqnr.get(worst)) ? i : worst;
            }
            return worst < 0 ? OptionalInt.empty() : OptionalInt.of(worst);
        } finally {
            progress.end();
        }
    }

    private static double badness(PairStats s) {
        return s.notANumber() > 0 ? Double.NEGATIVE_INFINITY : s.sqnr();
    }
}
