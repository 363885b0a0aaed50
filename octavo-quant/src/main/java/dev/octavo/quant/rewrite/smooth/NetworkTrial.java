package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.lower.Lowering;
import dev.octavo.quant.rewrite.smooth.SmoothOptions.Widths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What quantizing the inputs and the weights of all layers does to a network's outputs, on a few samples: the plan is
 * lowered and run.
 *
 * <pre>
 *   error = mean over outputs of  Σ (float - quantized)² / Σ float²
 * </pre>
 */
final class NetworkTrial {
    /* Of a larger output so many elements, evenly spread, stand for all. */
    private static final int MOST = 1 << 14;

    private final Engine engine;
    private final List<Map<String, Tensor>> samples;
    private final Widths widths;
    private final List<Map<String, float[]>> truth;

    /**
     * A trial of what becomes of a network.
     *
     * @param graph the float network
     * @param samples its inputs
     */
    NetworkTrial(Graph graph, Engine engine, List<Map<String, Tensor>> samples, Widths widths) {
        this.engine = engine;
        this.samples = samples;
        this.widths = widths;
        this.truth = outputs(graph);
    }

    /** The values that layers with constant weights read, without repetition. */
    static List<String> inputs(Graph graph) {
        return layers(graph).stream()
                .map(w -> w.input().name())
                .distinct()
                .filter(v -> graph.require(v).constant().isEmpty())
                .toList();
    }

    private static List<Weighted> layers(Graph graph) {
        List<Weighted> all = new ArrayList<>();
        for (Node n : graph.nodes()) {
            Weighted.of(n)
                    .filter(w -> w.weight()
                            .constant()
                            .filter(t -> t.dtype() == DType.FLOAT)
                            .isPresent())
                    .ifPresent(all::add);
        }
        return all;
    }

    /**
     * The error of the outputs.
     *
     * @param graph the network or one that computes the same
     * @param ranges of each value that a layer reads
     */
    double error(Graph graph, Map<String, Range> ranges) {
        return error(outputs(Lowering.lower(graph, plan(graph, ranges))));
    }

    /** Mean over outputs of mean |float - quantized|. */
    double l1(Graph graph, Map<String, Range> ranges) {
        return l1(outputs(Lowering.lower(graph, plan(graph, ranges))));
    }

    private Plan plan(Graph graph, Map<String, Range> ranges) {
        TreeMap<Site, Grid> grids = new TreeMap<>();
        QuantSpec spec = QuantSpec.perTensor(widths.activationBits(), false, false);
        for (Weighted w : layers(graph)) {
            Range range = ranges.get(w.input().name());
            if (range != null) {
                grids.put(
                        Site.of(w.input(), new Use(w.node(), Weighted.INPUT)),
                        Grid.perTensor(spec, QuantParams.forRange(range, spec)));
                grids.put(Site.of(w.weight(), new Use(w.node(), Weighted.WEIGHT)), weightGrid(w));
            }
        }
        return Plan.empty("").withGrids(grids);
    }

    private Grid weightGrid(Weighted w) {
        float[] values = w.weight().constant().orElseThrow().floats();
        boolean perChannel = widths.perChannel() && WeightLayout.fits(w);
        WeightLayout layout = perChannel ? WeightLayout.of(w) : new WeightLayout(WeightLayout.Kind.MATRIX, 1, 1, 1, 1);
        float[] most = new float[perChannel ? layout.grids() : 1];
        for (int i = 0; i < values.length; i++) {
            int g = perChannel ? layout.grid(i) : 0;
            most[g] = Math.max(most[g], Math.abs(values[i]));
        }
        QuantSpec spec = perChannel
                ? QuantSpec.perChannel(widths.weightBits(), true, true, w.outputAxis())
                : QuantSpec.perTensor(widths.weightBits(), true, true);
        List<QuantParams> params = new ArrayList<>();
        for (float m : most) {
            params.add(QuantParams.forRange(new Range(-m, m), spec));
        }
        return new Grid(spec, params);
    }

    private List<Map<String, float[]>> outputs(Graph graph) {
        try (Engine.Session session = engine.open(graph, Engine.Mode.OPTIMIZED, 1)) {
            return IntStream.range(0, samples.size())
                    .parallel()
                    .mapToObj(i -> thinned(graph, session.run(samples.get(i))))
                    .toList();
        }
    }

    private static Map<String, float[]> thinned(Graph graph, Map<String, Tensor> outputs) {
        Map<String, float[]> kept = new TreeMap<>();
        for (Value v : graph.outputs()) {
            Tensor t = outputs.get(v.name());
            if (t != null && t.dtype() == DType.FLOAT) {
                float[] all = t.floats();
                int step = Math.max(1, all.length / MOST);
                float[] some = new float[(all.length + step - 1) / step];
                for (int i = 0; i < some.length; i++) {
                    some[i] = all[i * step];
                }
                kept.put(v.name(), some);
            }
        }
        return kept;
    }

    /** The error of a graph that is run as it is. */
    double errorOf(Graph graph) {
        return error(outputs(graph));
    }

    /** Mean over outputs of mean |float - given| for a graph that is run as it is. */
    double l1Of(Graph graph) {
        return l1(outputs(graph));
    }

    private double error(List<Map<String, float[]>> got) {
        return mean(got, true);
    }

    private double l1(List<Map<String, float[]>> got) {
        return mean(got, false);
    }

    private double mean(List<Map<String, float[]>> got, boolean squared) {
        double total = 0;
        int outputs = 0;
        for (String name :
                truth.isEmpty() ? List.<String>of() : List.copyOf(truth.get(0).keySet())) {
            double difference = 0;
            double power = 0;
            for (int i = 0; i < truth.size(); i++) {
                float[] real = java.util.Objects.requireNonNull(truth.get(i).get(name));
                float[] seen = Optional.ofNullable(got.get(i).get(name)).orElse(new float[0]);
                for (int k = 0; k < Math.min(real.length, seen.length); k++) {
                    double d = Math.abs((double) real[k] - seen[k]);
                    difference += squared ? d * d : d;
                    power += squared ? (double) real[k] * real[k] : 1;
                }
            }
            total += power == 0 ? difference : difference / power;
            outputs++;
        }
        return outputs == 0 ? 0 : total / outputs;
    }
}
