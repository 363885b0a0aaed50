package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.MatMul;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.channel.ChannelScaling;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Folds a multiplication by, or an addition of, one constant per channel into the layer that feeds it: a batch
 * normalisation that an exporter wrote as Mul and Add, a bias or a scale of its own.
 *
 * <pre>
 *   x -> Conv(W, b) -> Mul(f) -> y      becomes      x -> Conv(f·W, f·b) -> y
 *   x -> Conv(W, b) -> Add(a) -> y      becomes      x -> Conv(W, b + a) -> y
 * </pre>
 *
 * <p>Sub and Div by a constant likewise. Keeps the outputs, up to float rounding. Leaves alone a layer that others read
 * too, constants that differ along another axis than that of channels, and additions behind a MatMul, which has no bias.
 */
public final class FoldArithmetic implements GraphPass {
    private static final Set<String> OPERATORS = Set.of("Mul", "Div", "Add", "Sub");

    @Override
    public String name() {
        return "fold-arithmetic";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            if (!n.domain().isEmpty() || !OPERATORS.contains(n.type()) || n.inputCount() != 2) {
                continue;
            }
            int place = n.input(1).flatMap(Value::constant).isPresent() ? 1 : 0;
            Optional<Weighted> layer =
                    n.input(1 - place).flatMap(Value::producer).flatMap(Weighted::of);
            Optional<Tensor> constant = n.input(place).flatMap(Value::constant).filter(t -> t.dtype() == DType.FLOAT);
            if (layer.isEmpty() || constant.isEmpty()) {
                continue;
            }
            Optional<String> obstacle = obstacle(n, place, layer.get());
            Optional<double[]> perChannel =
                    obstacle.isPresent() ? Optional.empty() : perChannel(constant.get(), layer.get());
            if (obstacle.isPresent() || perChannel.isEmpty()) {
                journal.skipped(name(), n.label(), obstacle.orElse("its constant is not one number per channel"));
            } else if (n.is("Div") && Arrays.stream(perChannel.get()).anyMatch(d -> d == 0)) {
                journal.skipped(name(), n.label(), "it divides by 0");
            } else {
                String label = n.label();
                fold(graph, n, place, layer.get(), perChannel.get());
                journal.did(name(), label, "folded into " + layer.get().node().label());
            }
        }
        graph.removeUnusedConstants();
    }

    private static Optional<String> obstacle(Node n, int place, Weighted w) {
        String name = w.node().label();
        if (w.node().output().uses().size() != 1 || w.node().output().isGraphOutput()) {
            return Optional.of(name + " before it has other readers");
        }
        if (n.is("Div") && place == 0) {
            return Optional.of("it divides by what " + name + " gives");
        }
        if (w instanceof MatMul && (n.is("Add") || n.is("Sub"))) {
            return Optional.of(name + " is a MatMul, which has no bias");
        }
        if (w instanceof Gemm g && (g.alpha() != 1f || g.beta() != 1f)) {
            return Optional.of(name + " scales its product or its bias");
        }
        return ChannelScaling.obstacle(w);
    }

    /* The constant, one for each output channel; empty if it differs along another axis or would broadcast. */
    private static Optional<double[]> perChannel(Tensor constant, Weighted w) {
        int channels = ChannelScaling.outputs(w);
        int behind = w.resultAxis() < 0
                ? 0
                : w.weight().constant().orElseThrow().shape().rank() - 1 - w.resultAxis();
        int rank = constant.shape().rank();
        int axis = rank - 1 - behind;
        int most = w.resultAxis() < 0 ? 1 : behind + 1 + w.resultAxis();
        float[] values = constant.floats();
        double[] all = new double[channels];
        if (constant.elements() == 1 && rank <= most) {
            Arrays.fill(all, values[0]);
            return Optional.of(all);
        }
        for (int a = 0; a < rank; a++) {
            if (constant.shape().dim(a) != (a == axis ? channels : 1)) {
                return Optional.empty();
            }
        }
        if (rank == 0 || axis < 0 || rank > Math.max(most, 2)) {
            return Optional.empty();
        }
        for (int c = 0; c < channels; c++) {
            all[c] = values[c];
        }
        return Optional.of(all);
    }

    private static void fold(Graph graph, Node n, int place, Weighted w, double[] c) {
        double[] factor = new double[c.length];
        double[] shift = new double[c.length];
        for (int i = 0; i < c.length; i++) {
            factor[i] = n.is("Mul") ? c[i] : n.is("Div") ? 1 / c[i] : n.is("Sub") && place == 0 ? -1 : 1;
            shift[i] = n.is("Add") || (n.is("Sub") && place == 0) ? c[i] : n.is("Sub") ? -c[i] : 0;
        }
        double[] same = new double[ChannelScaling.inputs(w)];
        Arrays.fill(same, 1);
        String before = w.node().output().name();
        ChannelScaling.scale(graph, w, factor, same);
        if (Arrays.stream(shift).anyMatch(s -> s != 0)) {
            ChannelScaling.shift(graph, Weighted.of(w.node()).orElseThrow(), shift);
        }
        if (Arrays.stream(factor).allMatch(f -> f > 0)) {
            BatchNormStatistics.of(graph, before)
                    .ifPresent(b -> b.scaled(factor)
                            .shifted(shift)
                            .put(graph, n.output().name()));
        }
        graph.takeOverOutput(n, w.node());
    }
}
