package dev.octavo.lidar.net;

import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.net.SparseNet.Step;
import dev.octavo.lidar.net.SparseNet.Sum;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Moves the spread among the channels of sparse activations into the weights that read them. The float network computes
 * the same as before.
 *
 * <pre>
 *   s[c] = a[c]^α / w[c]^(1-α)        a[c] = max over active cells |x[c]|,  w[c] = max over outputs and offsets |W[o, k, c]|
 *   x[c] / s[c]                       W[o, k, c] · s[c]
 * </pre>
 *
 * <p>One factor per channel is enough, whatever the offset: a row feeds up to all offsets, so a factor per channel and
 * offset could not be taken from the producer. Nothing is made dense.
 *
 * <p>The division goes into the producer's weight and bias where that is exact: a result that only convolutions read, for
 * a Relu lets positive factors through. A residual stream is tied together by its sums; there either the whole stage is
 * divided by one factor ({@link Residual#STAGE}), or each convolution divides what it reads ({@link Residual#DIVISOR}),
 * which leaves the stream alone and costs a multiplication before quantizing.
 *
 * <p>Source: Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models",
 * ICML 2023, for the factors.
 */
public final class SmoothQuant {
    /** Below this, magnitudes count as this: dead channels must not blow up. */
    private static final float LEAST = 1e-5f;

    /** What to do where a residual stream ties results together. */
    public enum Residual {
        /** Each convolution divides its own input. */
        DIVISOR,
        /** One factor for all results of a stage, folded into their producers. */
        STAGE
    }

    /**
     * How to smooth.
     *
     * @param alpha how much of the spread goes into the weights, 0..1
     * @param residual what to do on residual streams
     */
    public record Options(double alpha, Residual residual) {
        public Options {
            if (!(alpha >= 0 && alpha <= 1)) {
                throw new IllegalArgumentException("alpha is in [0, 1], got " + alpha);
            }
        }
    }

    private final SparseNet net;
    private final Map<String, float[]> maxima;
    private final Options options;
    private final Map<String, String> rootOf = new HashMap<>(); // result -> the result that names its tie

    private SmoothQuant(SparseNet net, Map<String, float[]> maxima, Options options) {
        this.net = net;
        this.maxima = maxima;
        this.options = options;
    }

    /** What each convolution's input reaches per channel, from the evidence of the network's graph. */
    public static Map<String, float[]> inputMaxima(SparseGraph graph, Evidence evidence) {
        Map<String, float[]> out = new LinkedHashMap<>();
        graph.quantizable().forEach((conv, o) -> {
            ChannelStats s =
                    Objects.requireNonNull(evidence.of(o.rows()).channels().get(1), o.rows());
            float[] max = new float[s.channels()];
            for (int c = 0; c < max.length; c++) {
                max[c] = s.maxAbs(c);
            }
            out.put(conv, max);
        });
        return out;
    }

    /** What a convolution's weight reaches per input channel, over outputs and offsets. */
    public static float[] weightMaxima(Convolution c) {
        float[] w = c.weight().floats();
        float[] max = new float[c.inputs()];
        for (int i = 0; i < w.length; i++) {
            max[i % max.length] = Math.max(max[i % max.length], Math.abs(w[i]));
        }
        return max;
    }

    /**
     * The smoothed network.
     *
     * @param net without divisors
     * @param inputMaxima by convolution, see {@link #inputMaxima}
     */
    public static SparseNet smooth(SparseNet net, Map<String, float[]> inputMaxima, Options options) {
        return new SmoothQuant(net, inputMaxima, options).run();
    }

    private SparseNet run() {
        tie();
        Map<String, List<Convolution>> readers = new LinkedHashMap<>();
        for (Convolution c : net.convolutions()) {
            readers.computeIfAbsent(root(c.input()), r -> new ArrayList<>()).add(c);
        }
        Map<String, float[]> outFactor = new HashMap<>(); // by convolution
        Map<String, float[]> inFactor = new HashMap<>();
        Map<String, float[]> divisor = new HashMap<>();
        readers.forEach((root, convs) -> {
            boolean tied = rootOf.values().stream().filter(root::equals).count() > 1;
            if (root.equals(root(SparseNet.INPUT))) {
                return; // its producer is no convolution; the first layer stays in float as a rule
            }
            if (tied && options.residual() == Residual.DIVISOR) {
                for (Convolution c : convs) {
                    divisor.put(c.name(), factor(List.of(c)));
                    inFactor.put(c.name(), divisor.get(c.name()));
                }
            } else {
                float[] s = factor(convs);
                convs.forEach(c -> inFactor.put(c.name(), s));
                net.convolutions().stream()
                        .filter(p -> root(p.name()).equals(root))
                        .forEach(p -> outFactor.put(p.name(), s));
            }
        });
        return net.mapped(c -> changed(
                c,
                Optional.ofNullable(outFactor.get(c.name())),
                Optional.ofNullable(inFactor.get(c.name())),
                Optional.ofNullable(divisor.get(c.name()))));
    }

    /* Results that a sum adds, and the sum, must be on one scale per channel. */
    private void tie() {
        rootOf.put(SparseNet.INPUT, SparseNet.INPUT);
        for (Step step : net.steps()) {
            rootOf.put(step.name(), step.name());
            if (step instanceof Sum s) {
                join(s.name(), s.first());
                join(s.name(), s.second());
            }
        }
    }

    private void join(String a, String b) {
        String from = root(a);
        String to = root(b);
        rootOf.replaceAll((result, r) -> r.equals(from) ? to : r);
    }

    private String root(String result) {
        return Objects.requireNonNull(rootOf.get(result), result);
    }

    private float[] factor(List<Convolution> readers) {
        float[] a = new float[readers.get(0).inputs()];
        float[] w = new float[a.length];
        for (Convolution c : readers) {
            float[] seen = Objects.requireNonNull(maxima.get(c.name()), c.name());
            float[] weight = weightMaxima(c);
            for (int i = 0; i < a.length; i++) {
                a[i] = Math.max(a[i], seen[i]);
                w[i] = Math.max(w[i], weight[i]);
            }
        }
        float[] s = new float[a.length];
        for (int i = 0; i < s.length; i++) {
            s[i] = (float) (Math.pow(Math.max(LEAST, a[i]), options.alpha())
                    / Math.pow(Math.max(LEAST, w[i]), 1 - options.alpha()));
        }
        return s;
    }

    private static Convolution changed(
            Convolution c, Optional<float[]> outFactor, Optional<float[]> inFactor, Optional<float[]> divisor) {
        float[] w = c.weight().floats();
        float[] b = c.bias().floats();
        int each = w.length / c.outputs();
        outFactor.ifPresent(s -> {
            for (int i = 0; i < w.length; i++) {
                w[i] /= s[i / each];
            }
            for (int o = 0; o < b.length; o++) {
                b[o] /= s[o];
            }
        });
        inFactor.ifPresent(s -> {
            for (int i = 0; i < w.length; i++) {
                w[i] *= s[i % s.length];
            }
        });
        return c.with(
                Tensor.ofFloats(c.weight().shape(), w),
                Tensor.ofFloats(c.bias().shape(), b),
                divisor.map(d -> Tensor.ofFloats(Shape.of(d.length), d)));
    }
}
