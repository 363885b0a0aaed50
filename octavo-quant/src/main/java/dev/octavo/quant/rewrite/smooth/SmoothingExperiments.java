package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.Witness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What smoothing does, measured for tables and plots: layer by layer over α, and over inputs that are many times as
 * large as they should be. Everything is collected once; each experiment is then a matter of seconds.
 *
 * <p>Every figure is a mean absolute difference from float (L1), in the units of the layer's or the network's output.
 */
public final class SmoothingExperiments {
    private final Smoothing smoothing;
    private final LayerInputs inputs;
    private final SmoothOptions options;
    private final Witness witness;
    private final Engine engine;
    private final List<Map<String, Tensor>> samples;

    private SmoothingExperiments(
            Smoothing smoothing, LayerInputs inputs, SmoothOptions options, Witness witness, Engine engine) {
        this.smoothing = smoothing;
        this.inputs = inputs;
        this.options = options;
        this.witness = witness;
        this.engine = engine;
        this.samples = witness.samples(options.samples());
    }

    /**
     * L1 of a layer at one α.
     *
     * @param alpha α
     * @param l1 mean |quantized - float| with the tensor smoothed
     */
    public record AtAlpha(double alpha, double l1) {}

    /**
     * A layer over α.
     *
     * @param layer its node
     * @param tensor what it reads
     * @param naive L1 without smoothing
     * @param smoothed L1 by α
     */
    public record LayerCurve(String layer, String tensor, double naive, List<AtAlpha> smoothed) {
        public LayerCurve {
            smoothed = List.copyOf(smoothed);
        }

        /** The α of the least L1. */
        public double best() {
            AtAlpha best = smoothed.get(0);
            for (AtAlpha a : smoothed) {
                best = a.l1 < best.l1 ? a : best;
            }
            return best.alpha;
        }
    }

    /**
     * L1 on inputs so many times as large.
     *
     * @param scale what the input is multiplied by
     * @param naive L1 without smoothing
     * @param smoothed L1 with it, factors from each input's own range of all samples
     */
    public record AtScale(double scale, double naive, double smoothed) {}

    /**
     * A network's outputs with grids and factors of every input alone, see {@link DynamicSmoothing}.
     *
     * @param alpha α
     * @param naive L1 without smoothing, grids of each input alone
     * @param smoothed L1 with factors of each input alone
     */
    public record Dynamic(double alpha, double naive, double smoothed) {}

    /** 0.05, 0.10 … 0.95. */
    public static List<Double> alphas() {
        return AlphaChoice.GRID;
    }

    /** ×1, 2, 5, 10, 20, 50. */
    public static List<Double> scales() {
        return List.of(1.0, 2.0, 5.0, 10.0, 20.0, 50.0);
    }

    /**
     * Looks at a network once.
     *
     * @param options which layers, which grids, how many samples; a tensor is smoothed wherever its layers read it,
     *     whether its producer could take the factors or not
     * @throws ModelException without data or without a layer to look at
     */
    public static SmoothingExperiments on(Graph network, Witness witness, SmoothOptions options) {
        Engine engine = witness.engine().orElseThrow(SmoothingExperiments::noData);
        if (!witness.hasData()) {
            throw noData();
        }
        Graph graph = network.copy().freeze();
        var types = witness.types(graph);
        List<Readers> readers = Readers.of(graph, types, options, new Journal());
        if (readers.isEmpty()) {
            throw new ModelException("no layer of the network can be smoothed", "name others with on:");
        }
        List<SmoothSite> sites = SmoothSite.of(graph, types, readers, SmoothOptions.Fold.NEVER, new Journal());
        Smoothing smoothing = Smoothing.observe(graph, types, sites, witness);
        LayerInputs inputs = LayerInputs.collect(graph, readers, engine, witness.samples(options.samples()));
        return new SmoothingExperiments(smoothing, inputs, options, witness, engine);
    }

    private static ModelException noData() {
        return new ModelException("there are no samples to measure on", "give data");
    }

    /** Every layer over α, in the order of the graph. */
    public List<LayerCurve> overAlpha(List<Double> alphas) {
        List<LayerCurve> curves = new ArrayList<>();
        for (SmoothSite site : smoothing.sites()) {
            for (Weighted w : site.readers().in(smoothing.graph())) {
                curves.add(curve(site, w, alphas));
            }
        }
        List<Node> order = smoothing.graph().nodes();
        Map<String, Integer> place = new HashMap<>();
        order.forEach(n -> place.putIfAbsent(n.label(), place.size()));
        curves.sort(java.util.Comparator.comparing(c -> place.getOrDefault(c.layer, 0)));
        return curves;
    }

    private LayerCurve curve(SmoothSite site, Weighted w, List<Double> alphas) {
        LayerTrial trial = new LayerTrial(w, inputs.of(w.node().output().name()), options.widths());
        ChannelRanges seen = smoothing.seen(site);
        double naive = trial.loss(ones(site), seen).l1();
        List<AtAlpha> points = alphas.parallelStream()
                .map(a -> new AtAlpha(a, trial.loss(factors(site, a), seen).l1()))
                .toList();
        return new LayerCurve(w.node().label(), site.tensor(), naive, points);
    }

    private static double[] ones(SmoothSite site) {
        return SmoothingFactors.none(site.readers().channels()).values();
    }

    private double[] factors(SmoothSite site, double alpha) {
        return smoothing
                .factors(site, alpha, smoothing.graph())
                .map(SmoothingFactors::values)
                .orElse(ones(site));
    }

    /**
     * One layer over the size of its input, everything else alike: its input is multiplied, and grids and factors are
     * found anew.
     *
     * @param layer the node's name, or that of its first output
     */
    public List<AtScale> layerOverScale(String layer, double alpha, List<Double> scales) {
        for (SmoothSite site : smoothing.sites()) {
            for (Weighted w : site.readers().in(smoothing.graph())) {
                if (w.node().label().equals(layer) || w.node().output().name().equals(layer)) {
                    return scales.stream().map(k -> atScale(site, w, alpha, k)).toList();
                }
            }
        }
        throw new ModelException(
                "no layer that can be smoothed is called '" + layer + "'", "see overAlpha for the names");
    }

    private AtScale atScale(SmoothSite site, Weighted w, double alpha, double k) {
        List<float[]> rows = new ArrayList<>();
        for (float[] row : inputs.of(w.node().output().name())) {
            float[] larger = row.clone();
            for (int i = 0; i < larger.length; i++) {
                larger[i] = (float) (larger[i] * k);
            }
            rows.add(larger);
        }
        LayerTrial trial = new LayerTrial(w, rows, options.widths());
        ChannelRanges seen = smoothing.seen(site).times(k);
        double[] s = SmoothingFactors.of(seen.maxima(), site.readers().weightMaxima(smoothing.graph()), alpha)
                .map(SmoothingFactors::values)
                .orElse(ones(site));
        return new AtScale(
                k, trial.loss(ones(site), seen).l1(), trial.loss(s, seen).l1());
    }

    /** The whole network over the size of its input: float and quantized both see the larger input. */
    public List<AtScale> networkOverScale(double alpha, List<Double> scales) {
        List<AtScale> points = new ArrayList<>();
        for (double k : scales) {
            List<Map<String, Tensor>> larger =
                    samples.stream().map(s -> times(s, k)).toList();
            Smoothing own = smoothing.seenOn(ChannelScan.of(smoothing, engine, larger));
            NetworkTrial trial = new NetworkTrial(own.graph(), engine, larger, options.widths());
            Map<String, Double> everywhere = new LinkedHashMap<>();
            own.sites().forEach(s -> everywhere.put(s.tensor(), alpha));
            Smoothing.Smoothed smoothed = own.with(everywhere);
            points.add(
                    new AtScale(k, trial.l1(own.graph(), own.ranges()), trial.l1(smoothed.graph(), smoothed.ranges())));
        }
        return points;
    }

    private static Map<String, Tensor> times(Map<String, Tensor> sample, double k) {
        Map<String, Tensor> larger = new HashMap<>();
        sample.forEach((name, t) -> {
            if (t.dtype() != DType.FLOAT) {
                larger.put(name, t);
                return;
            }
            float[] x = t.floats();
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (x[i] * k);
            }
            larger.put(name, Tensor.ofFloats(t.shape(), x));
        });
        return larger;
    }

    /** The whole network with grids and factors of every input alone; not to be exported. */
    public Dynamic dynamic(double alpha) {
        SmoothOptions own = options.withAlpha(SmoothOptions.Alpha.of(alpha));
        NetworkTrial trial = new NetworkTrial(smoothing.graph(), engine, samples, options.widths());
        return new Dynamic(
                alpha,
                trial.l1Of(DynamicSmoothing.simulate(smoothing.graph(), smoothing.types(), own, false)),
                trial.l1Of(DynamicSmoothing.simulate(smoothing.graph(), smoothing.types(), own, true)));
    }
}
