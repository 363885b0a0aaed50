package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Conv;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.TapSums;
import dev.octavo.quant.recipe.PassOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Moves the part of a bias that a Relu never cuts off into the layers behind, so that the tensor between them has a
 * smaller range.
 *
 * <pre>
 *   x -> Conv(W1, b1) -> Relu -> Conv(W2, b2)       c = max(0, β − 3γ) per channel of the first
 *   b1 := b1 − c        b2[o] := b2[o] + Σ_i (Σ_k W2[o, i, k])·c_i        β := β − c
 * </pre>
 *
 * <p>Keeps the outputs but for the 0.135 % of a normal variable's values that lie below β − 3γ; they come out of the Relu
 * as 0 where they should have become negative. Where no statistics are kept, c is the least value that data show, and
 * the outputs are kept on those data.
 *
 * <p>A reader that pads with zeros has them where c should stand, and is left alone: putting c's place there, −c, would
 * give back to the tensor the very range that is to be saved.
 *
 * <p>Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, section
 * 4.1.3.
 */
public final class AbsorbBias implements GraphPass {
    /** The name of this pass. */
    public static final String NAME = "absorb-bias";

    private final double deviations;
    private final boolean padded;

    /**
     * A pass with its options.
     *
     * @param options {@code deviations}: how many γ below β still pass (default 3); {@code padded}: whether readers that
     *     pad with zeros take part, which changes what they give at the border (default no)
     */
    public AbsorbBias(PassOptions options) {
        options.knowing("deviations", "padded");
        this.deviations = options.number("deviations", 3);
        this.padded = options.flag("padded", false);
        if (!(deviations >= 0)) {
            throw new IllegalArgumentException("deviations is " + deviations + ", a number of 0 or more is expected");
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Keeps keeps() {
        return Keeps.APPROXIMATELY;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        apply(graph, Witness.NONE, journal);
    }

    @Override
    public void apply(Graph graph, Witness witness, Journal journal) {
        for (Node n : graph.nodes()) {
            Optional<Weighted> w = Weighted.of(n).filter(Weighted::hasConstantWeight);
            if (w.isEmpty()) {
                continue;
            }
            Optional<String> obstacle = obstacle(w.get());
            if (obstacle.isPresent()) {
                journal.skipped(NAME, n.label(), obstacle.get());
                continue;
            }
            Optional<double[]> amount = amount(graph, w.get(), witness);
            if (amount.isEmpty()) {
                journal.skipped(
                        NAME, n.label(), "no batch normalisation left its statistics there, and there are no data");
            } else if (Arrays.stream(amount.get()).noneMatch(c -> c > 0)) {
                journal.skipped(NAME, n.label(), "no channel stays clear of 0 by " + deviations + " deviations");
            } else {
                absorb(graph, w.get(), amount.get());
                journal.did(NAME, n.label(), text(amount.get()));
            }
        }
        graph.removeUnusedConstants();
    }

    private static String text(double[] amount) {
        long channels = Arrays.stream(amount).filter(c -> c > 0).count();
        return "gave up to " + (float) Arrays.stream(amount).max().orElse(0) + " of the bias of " + channels + " of "
                + amount.length + " channels to what reads it";
    }

    private Optional<String> obstacle(Weighted first) {
        if (first.bias().filter(b -> isOwnFloat(b, first.node())).isEmpty()
                || (first instanceof Gemm g && (g.alpha() != 1f || g.beta() != 1f))) {
            return Optional.of("it has no constant bias of its own, or scales it");
        }
        Value v = first.node().output();
        if (v.uses().size() != 1 || v.isGraphOutput() || v.isCaptured()) {
            return Optional.of("something else than one Relu reads it");
        }
        Node relu = v.uses().get(0).node();
        if (!relu.is("Relu")) {
            return Optional.of(
                    relu.label() + " reads it, which is no Relu" + (relu.is("Clip") ? " (see replace-relu6)" : ""));
        }
        Value between = relu.output();
        if (between.isGraphOutput() || between.isCaptured() || between.uses().isEmpty()) {
            return Optional.of("the output of " + relu.label() + " is an output of the network");
        }
        return between.uses().stream()
                .map(this::obstacle)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> obstacle(Use use) {
        Node n = use.node();
        Optional<Weighted> reader = Weighted.of(n).filter(w -> use.input() == Weighted.INPUT);
        if (reader.isEmpty() || n.is("MatMul") || n.is("ConvTranspose")) {
            return Optional.of(n.label() + " reads it and has no bias to take the rest");
        }
        Weighted w = reader.get();
        if (w.weight().constant().filter(t -> t.dtype() == DType.FLOAT).isEmpty()
                || w.bias().filter(b -> !isOwnFloat(b, n)).isPresent()
                || (w instanceof Gemm g && (g.alpha() != 1f || g.beta() != 1f || g.transA()))) {
            return Optional.of("the weight or bias of " + n.label() + " is computed, shared or scaled");
        }
        boolean pads = n.attributes().containsKey("auto_pad")
                || (w instanceof Conv c && c.pads().stream().anyMatch(p -> p != 0));
        return pads && !padded
                ? Optional.of(n.label() + " pads it with zeros, which would stand for something else then")
                : Optional.empty();
    }

    private static boolean isOwnFloat(Value v, Node reader) {
        return v.constant()
                        .filter(t -> t.dtype() == DType.FLOAT && t.shape().rank() == 1)
                        .isPresent()
                && v.uses().stream().allMatch(u -> u.node() == reader)
                && !v.isGraphOutput();
    }

    private Optional<double[]> amount(Graph graph, Weighted w, Witness witness) {
        String value = w.node().output().name();
        Optional<BatchNormStatistics> kept = BatchNormStatistics.of(graph, value);
        if (kept.isPresent()) {
            double[] c = new double[kept.get().channels()];
            Arrays.setAll(
                    c,
                    i -> Math.max(
                            0,
                            kept.get().mean().get(i)
                                    - deviations * kept.get().deviation().get(i)));
            return Optional.of(c);
        }
        if (!witness.hasData()) {
            return Optional.empty();
        }
        Map<String, Set<Integer>> wanted = Map.of(value, Set.of(w.resultAxis()));
        ChannelStats seen = witness.observe(graph, new EvidenceRequest(new TreeMap<>(wanted)))
                .of(value)
                .channels()
                .get(w.resultAxis());
        if (seen == null) {
            return Optional.empty();
        }
        double[] c = new double[seen.channels()];
        Arrays.setAll(c, i -> Math.max(0, seen.min(i)));
        return Optional.of(c);
    }

    private static void absorb(Graph graph, Weighted first, double[] amount) {
        Value bias = first.bias().orElseThrow();
        graph.replaceConstant(bias, plus(bias.constant().orElseThrow(), amount, -1));
        Value v = first.node().output();
        BatchNormStatistics.of(graph, v.name())
                .ifPresent(s ->
                        s.shifted(Arrays.stream(amount).map(c -> -c).toArray()).put(graph, v.name()));
        for (Use use : List.copyOf(v.uses().get(0).node().output().uses())) {
            Weighted reader = Weighted.of(use.node()).orElseThrow();
            TapSums taps =
                    TapSums.of(reader, reader.weight().constant().orElseThrow().floats());
            double[] rest = taps.sums(amount);
            if (reader.bias().isPresent()) {
                Value b = reader.bias().get();
                graph.replaceConstant(b, plus(b.constant().orElseThrow(), rest, 1));
            } else {
                Tensor none = Tensor.ofFloats(Shape.of(rest.length), new float[rest.length]);
                String name = graph.freshName(reader.weight().name() + "_bias");
                graph.setInput(reader.node(), Weighted.BIAS, graph.addConstant(name, plus(none, rest, 1)));
            }
        }
    }

    private static Tensor plus(Tensor t, double[] amount, int sign) {
        float[] v = t.floats();
        for (int i = 0; i < amount.length; i++) {
            v[i] += (float) (sign * amount[i]);
        }
        return Tensor.ofFloats(t.shape(), v);
    }
}
