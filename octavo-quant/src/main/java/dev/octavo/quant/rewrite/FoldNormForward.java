package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.Conv;
import dev.octavo.core.op.ConvTranspose;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.MatMul;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.channel.ChannelScaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Folds a batch normalisation behind an activation into the layers that read it.
 *
 * <pre>
 *   x -> BatchNorm(γ, β, μ, σ²) -> Conv(W, b) -> y      becomes      x -> Conv(W', b') -> y
 *   f[c] = γ[c]/√(σ²[c]+ε)     W'[o,c] = W[o,c]·f[c]     b'[o] = b[o] + Σ_c (Σ_k W[o,c,k])·(β[c] − μ[c]·f[c])
 * </pre>
 *
 * <p>Keeps the outputs, up to float rounding. μ and σ, mean and deviation of what came in, are kept as its statistics, unless a
 * limit gave it. Where
 * a reader pads with zeros, a shift would not reach the border: then it is folded only if all shifts are 0.
 */
public final class FoldNormForward implements GraphPass {
    @Override
    public String name() {
        return "fold-norm-forward";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            Optional<BatchNormalization> norm = BatchNormalization.of(n).filter(FoldNormForward::isFloat);
            if (norm.isEmpty()) {
                continue;
            }
            double[] factor = factor(norm.get());
            double[] shift = shift(norm.get(), factor);
            List<Weighted> readers = new ArrayList<>();
            Optional<String> obstacle = obstacle(norm.get(), shift, readers);
            if (obstacle.isPresent()) {
                journal.skipped(name(), n.label(), obstacle.get());
            } else {
                String into = String.join(
                        ", ", readers.stream().map(r -> r.node().label()).toList());
                String label = n.label();
                fold(graph, norm.get(), readers, factor, shift);
                journal.did(name(), label, "folded into " + into + " behind it");
            }
        }
        graph.removeUnusedConstants();
    }

    private static boolean isFloat(BatchNormalization b) {
        return Stream.of(b.scale(), b.bias(), b.mean(), b.variance())
                .allMatch(
                        v -> v.constant().filter(t -> t.dtype() == DType.FLOAT).isPresent());
    }

    private static double[] factor(BatchNormalization b) {
        float[] gamma = b.scale().constant().orElseThrow().floats();
        float[] variance = b.variance().constant().orElseThrow().floats();
        double[] f = new double[gamma.length];
        Arrays.setAll(f, c -> gamma[c] / Math.sqrt((double) variance[c] + b.epsilon()));
        return f;
    }

    private static double[] shift(BatchNormalization b, double[] factor) {
        float[] beta = b.bias().constant().orElseThrow().floats();
        float[] mean = b.mean().constant().orElseThrow().floats();
        double[] s = new double[beta.length];
        // What cancels to less than a float's rounding of its parts was meant to be 0.
        Arrays.setAll(s, c -> {
            double d = beta[c] - mean[c] * factor[c];
            return Math.abs(d) <= 1e-6 * Math.abs(beta[c]) ? 0 : d;
        });
        return s;
    }

    private static Optional<String> obstacle(BatchNormalization norm, double[] shift, List<Weighted> readers) {
        Value y = norm.node().output();
        if (y.isGraphOutput() || y.isCaptured() || y.uses().isEmpty()) {
            return Optional.of("what it gives is an output of the network, or read inside a subgraph, or by nobody");
        }
        boolean shifts = Arrays.stream(shift).anyMatch(s -> s != 0);
        for (Use u : y.uses()) {
            Optional<Weighted> w = Weighted.of(u.node()).filter(r -> u.input() == Weighted.INPUT);
            if (w.isEmpty() || w.get() instanceof MatMul) {
                return Optional.of(u.node().label() + " reads it, which has no weight and bias to take it");
            }
            Optional<String> why = obstacle(w.get(), shift.length);
            if (why.isPresent()) {
                return why;
            }
            if (shifts && pads(w.get())) {
                return Optional.of(u.node().label() + " pads with zeros, which its shift would not reach");
            }
            readers.add(w.get());
        }
        return Optional.empty();
    }

    private static Optional<String> obstacle(Weighted w, int channels) {
        String name = w.node().label();
        if (w instanceof Gemm g && (g.alpha() != 1f || g.beta() != 1f)) {
            return Optional.of(name + " scales its product or its bias");
        }
        Optional<String> why = ChannelScaling.obstacle(w);
        return why.isPresent() || ChannelScaling.inputs(w) == channels
                ? why
                : Optional.of(name + " reads another number of channels");
    }

    private static boolean pads(Weighted w) {
        if (w instanceof ConvTranspose) {
            return true; // at the border fewer elements meet in an output
        }
        boolean automatic = w.node().attribute("auto_pad").orElse(null) instanceof Attribute.Text t
                && !t.value().equals("NOTSET")
                && !t.value().equals("VALID");
        return w instanceof Conv c && (automatic || c.pads().stream().anyMatch(p -> p != 0));
    }

    /* What a limit gives is not normal: taken for it, it would seem to reach below 0 and need codes there. */
    private static boolean isLimited(Value v) {
        return v.producer().flatMap(Clip::of).isPresent();
    }

    private static void fold(
            Graph graph, BatchNormalization norm, List<Weighted> readers, double[] factor, double[] shift) {
        for (Weighted w : readers) {
            double[] bias = new double[ChannelScaling.outputs(w)];
            float[] v = w.weight().constant().orElseThrow().floats();
            ChannelScaling.visit(w, (o, i, from, to) -> {
                for (int at = from; at < to; at++) {
                    bias[o] += v[at] * shift[i];
                }
            });
            double[] same = new double[bias.length];
            Arrays.fill(same, 1);
            ChannelScaling.scale(graph, w, same, factor);
            if (Arrays.stream(bias).anyMatch(b -> b != 0)) {
                ChannelScaling.shift(graph, w, bias);
            }
            graph.setInput(w.node(), Weighted.INPUT, norm.input());
        }
        float[] variance = norm.variance().constant().orElseThrow().floats();
        float[] deviation = new float[variance.length];
        for (int c = 0; c < deviation.length; c++) {
            deviation[c] = (float) Math.sqrt(variance[c]);
        }
        if (!isLimited(norm.input())
                && BatchNormStatistics.of(graph, norm.input().name()).isEmpty()) {
            BatchNormStatistics.record(
                    graph,
                    norm.input().name(),
                    deviation,
                    norm.mean().constant().orElseThrow().floats());
        }
        graph.remove(norm.node());
    }
}
