package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.MatMul;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Folds a batch normalisation into the convolution or matrix product that feeds it.
 *
 * <pre>
 *   x -> Conv(W, b) -> BatchNorm(γ, β, μ, σ²) -> y      becomes      x -> Conv(W', b') -> y
 *   W'[m] = W[m]·γ[m]/√(σ²[m]+ε)          b'[m] = (b[m]-μ[m])·γ[m]/√(σ²[m]+ε) + β[m]
 * </pre>
 *
 * <p>Keeps the outputs. The statistics survive: β and γ, the mean and the standard deviation of the
 * folded output channel, are written to the model's metadata (see {@link BatchNormStatistics}).
 * Leaves a pair alone when another node reads the convolution's output or its weight, for that node
 * would then see the scaled values.
 *
 * <p>Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", CVPR 2018, section 3.2.
 */
public final class FoldBatchNorm implements GraphPass {
    @Override
    public String name() {
        return "fold-batch-norm";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            if (!n.is("BatchNormalization")) {
                continue;
            }
            Optional<BatchNormalization> norm = BatchNormalization.of(n);
            Optional<Weighted> feeder = norm.flatMap(b -> b.input().producer()).flatMap(Weighted::of);
            Optional<String> obstacle = norm.isEmpty()
                    ? Optional.of("it is in training form or its inputs are not the five of inference")
                    : obstacle(norm.get(), feeder);
            if (obstacle.isPresent()) {
                journal.skipped(name(), n.label(), obstacle.get());
            } else {
                String into = feeder.get().node().label();
                fold(graph, feeder.get(), norm.get());
                journal.did(name(), n.label(), "folded into " + into);
            }
        }
        graph.removeUnusedConstants();
    }

    private static Optional<String> obstacle(BatchNormalization norm, Optional<Weighted> feeder) {
        if (!norm.isConstant()) {
            return Optional.of("its statistics are computed, not constant");
        }
        if (Stream.of(norm.scale(), norm.bias(), norm.mean(), norm.variance()).anyMatch(v -> !isFloat(v))) {
            return Optional.of("its statistics are not float32");
        }
        if (feeder.isEmpty()) {
            return Optional.of("no convolution or matrix product feeds it");
        }
        Weighted w = feeder.get();
        String name = w.node().label();
        if (w.weight().constant().isEmpty()
                || w.bias().filter(b -> b.constant().isEmpty()).isPresent()) {
            return Optional.of("the weight or bias of " + name + " is computed, not constant");
        }
        if (!isFloat(w.weight()) || w.bias().filter(b -> !isFloat(b)).isPresent()) {
            return Optional.of("the weight or bias of " + name + " is not float32");
        }
        if (w.weight().isGraphOutput()) {
            return Optional.of("the weight of " + name + " is an output of the network");
        }
        if (w.weight().uses().size() > 1) {
            return Optional.of("the weight of " + name + " is shared with " + otherReader(w.weight(), w.node()));
        }
        if (norm.input().uses().size() > 1) {
            return Optional.of(name + " also feeds " + otherReader(norm.input(), norm.node()));
        }
        if (norm.input().isGraphOutput()) {
            return Optional.of("the output of " + name + " is an output of the network");
        }
        if (w instanceof Gemm g && (g.alpha() != 1f || g.beta() != 1f)) {
            return Optional.of(name + " scales its product or its bias");
        }
        if (w instanceof MatMul) {
            return Optional.of(name + " is a MatMul, which has no bias to take the shift");
        }
        if (channels(w) != norm.scale().constant().get().elements()) {
            return Optional.of("it has " + norm.scale().constant().get().elements() + " channels, " + name + " gives "
                    + channels(w));
        }
        if (w.bias().filter(b -> b.constant().get().elements() != channels(w)).isPresent()) {
            return Optional.of("the bias of " + name + " is not one number per channel");
        }
        return Optional.empty();
    }

    private static boolean isFloat(Value v) {
        return v.constant().filter(t -> t.dtype() == DType.FLOAT).isPresent();
    }

    private static String otherReader(Value v, Node known) {
        return v.uses().stream()
                .map(Use::node)
                .filter(n -> n != known)
                .map(Node::label)
                .findFirst()
                .orElse("itself");
    }

    private static long channels(Weighted w) {
        Shape s = w.weight().constant().get().shape();
        long perGroup = s.dim(w.outputAxis());
        return w instanceof dev.octavo.core.op.ConvTranspose ? perGroup * w.group() : perGroup;
    }

    private static void fold(Graph graph, Weighted w, BatchNormalization norm) {
        float[] gamma = norm.scale().constant().get().floats();
        float[] beta = norm.bias().constant().get().floats();
        float[] mean = norm.mean().constant().get().floats();
        float[] variance = norm.variance().constant().get().floats();
        float[] bias = w.bias().map(b -> b.constant().get().floats()).orElse(new float[gamma.length]);
        double[] factor = new double[gamma.length];
        float[] shifted = new float[gamma.length];
        for (int c = 0; c < factor.length; c++) {
            factor[c] = gamma[c] / Math.sqrt((double) variance[c] + norm.epsilon());
            shifted[c] = (float) ((bias[c] - mean[c]) * factor[c] + beta[c]);
        }
        Tensor weight = w.weight().constant().get();
        graph.replaceConstant(w.weight(), scaled(weight, factor, w));
        String stem = w.bias().map(Value::name).orElse(w.weight().name() + "_bias");
        Value folded =
                graph.addConstant(graph.freshName(stem + "_folded"), Tensor.ofFloats(Shape.of(gamma.length), shifted));
        graph.setInput(w.node(), Weighted.BIAS, folded);
        BatchNormStatistics.record(graph, norm.node().output().name(), norm.deviation(), beta);
        graph.takeOverOutput(norm.node(), w.node());
    }

    /* Multiplies the slice of every output channel by its factor. */
    private static Tensor scaled(Tensor weight, double[] factor, Weighted w) {
        float[] v = weight.floats();
        long[] dims = weight.shape().toArray();
        int axis = w.outputAxis();
        int inner = 1;
        for (int i = axis + 1; i < dims.length; i++) {
            inner *= (int) dims[i];
        }
        int perGroup = (int) dims[axis];
        boolean transposed = w instanceof dev.octavo.core.op.ConvTranspose;
        int rowsPerGroup = transposed ? (int) dims[0] / w.group() : 1;
        for (int i = 0; i < v.length; i++) {
            int m = i / inner % perGroup;
            int c = transposed ? (i / inner / perGroup / rowsPerGroup) * perGroup + m : m;
            v[i] = (float) (v[i] * factor[c]);
        }
        return Tensor.ofFloats(weight.shape(), v);
    }
}
