package dev.octavo.lidar.net;

import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.net.SparseNet.Step;
import dev.octavo.lidar.sparse.ConvGeometry;
import dev.octavo.lidar.sparse.SparseTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * One sparse convolution alone, in 8 bits against float, on what it reads in a real frame: how its loss depends on the size
 * of its input and on how it is smoothed.
 *
 * <pre>
 *   s[c] = max|x[:, c]|^α / max|W[:, :, c]|^(1-α)       x / s on the grid, W · s on the grids of the outputs
 *   loss = mean |y in 8 bits - y in float|
 * </pre>
 *
 * <p>A convolution that goes back over another is none that stands alone.
 */
public final class SparseExperiment {
    private static final double LEAST = 1e-5;

    private final Convolution convolution;
    private final SparseTensor input;
    private final int threads;

    private SparseExperiment(Convolution convolution, SparseTensor input, int threads) {
        this.convolution = convolution;
        this.input = input;
        this.threads = threads;
    }

    /**
     * The experiment on a layer.
     *
     * @param layer a convolution of the network by name
     * @param frame the network's input
     */
    public static SparseExperiment of(SparseNet net, String layer, SparseTensor frame, int threads) {
        Convolution c = net.convolutions().stream()
                .filter(x -> x.name().equals(layer) && x.geometry().kind() != ConvGeometry.Kind.INVERSE)
                .findFirst()
                .orElseThrow(() -> new RecipeException(
                        "the sparse part has no convolution '" + layer + "' that stands alone",
                        "its convolutions are "
                                + net.convolutions().stream()
                                        .map(Convolution::name)
                                        .toList()));
        return new SparseExperiment(c, read(net, c.input(), frame, threads), threads);
    }

    /* What a result of the network is for a frame. */
    private static SparseTensor read(SparseNet net, String result, SparseTensor frame, int threads) {
        if (result.equals(SparseNet.INPUT)) {
            return frame;
        }
        List<Step> steps = new ArrayList<>();
        for (Step s : net.steps()) {
            steps.add(s);
            if (s.name().equals(result)) {
                break;
            }
        }
        SparseGraph graph =
                SparseGraphBuilder.features(new SparseNet(result, net.inputChannels(), steps), Partition.NONE);
        try (SparseNetwork network = SparseNetwork.open(graph, threads, Mode.OPTIMIZED)) {
            return network.features(frame);
        }
    }

    /**
     * The loss.
     *
     * @param inputScale factor on the input
     * @param alpha how much of the difficulty goes to the weights; empty: not smoothed
     * @param signed codes of the input
     */
    public double loss(double inputScale, OptionalDouble alpha, boolean signed) {
        float[] x = input.features().floats();
        for (int i = 0; i < x.length; i++) {
            x[i] *= (float) inputScale;
        }
        SparseTensor scaled = SparseTensor.of(x, input.channels(), input.cells());
        float[] exact = run(SparseGraphBuilder.features(alone(Optional.empty()), Partition.NONE), scaled);
        Optional<float[]> factor = alpha.isPresent() ? Optional.of(factor(x, alpha.getAsDouble())) : Optional.empty();
        SparseGraph graph = SparseGraphBuilder.features(alone(factor), Partition.NONE);
        Evidence evidence = SparseEvidence.collect(graph, List.of(scaled), threads, Progress.NONE);
        SparseScheme.Options scheme = new SparseScheme.Options(signed, false, Set.of());
        float[] quantized = run(SparseQuantizer.lower(graph, SparseQuantizer.plan(graph, evidence, scheme)), scaled);
        double sum = 0;
        for (int i = 0; i < exact.length; i++) {
            sum += Math.abs((double) quantized[i] - exact[i]);
        }
        return exact.length == 0 ? 0 : sum / exact.length;
    }

    private float[] run(SparseGraph graph, SparseTensor x) {
        try (SparseNetwork network = SparseNetwork.open(graph, threads, Mode.OPTIMIZED)) {
            return network.features(x).features().floats();
        }
    }

    private float[] factor(float[] x, double alpha) {
        float[] w = SmoothQuant.weightMaxima(convolution);
        float[] a = new float[w.length];
        for (int i = 0; i < x.length; i++) {
            a[i % a.length] = Math.max(a[i % a.length], Math.abs(x[i]));
        }
        float[] s = new float[w.length];
        for (int c = 0; c < s.length; c++) {
            s[c] = (float) (Math.pow(Math.max(LEAST, a[c]), alpha) / Math.pow(Math.max(LEAST, w[c]), 1 - alpha));
        }
        return s;
    }

    private SparseNet alone(Optional<float[]> factor) {
        float[] w = convolution.weight().floats();
        factor.ifPresent(s -> {
            for (int i = 0; i < w.length; i++) {
                w[i] *= s[i % s.length];
            }
        });
        Convolution c = new Convolution(
                convolution.name(),
                SparseNet.INPUT,
                convolution.geometry(),
                Optional.empty(),
                Tensor.ofFloats(convolution.weight().shape(), w),
                convolution.bias(),
                convolution.relu(),
                factor.map(s -> Tensor.ofFloats(Shape.of(s.length), s)));
        return new SparseNet(convolution.name(), convolution.inputs(), List.of(c));
    }
}
