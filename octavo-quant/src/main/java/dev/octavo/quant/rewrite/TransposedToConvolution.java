package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.ConvTranspose;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import java.util.List;
import java.util.Optional;

/**
 * Turns a transposed convolution whose kernel is its stride into a 1x1 convolution, which runtimes compute in integers,
 * and a rearrangement of its channels.
 *
 * <pre>
 *   x -> ConvTranspose(W[C,M,s,s], b; strides=s,s) -> y
 *   becomes      x -> Conv(V[M·s²,C,1,1], c) -> DepthToSpace(s, CRD) -> y
 *   V[(m·s + i)·s + j, k] = W[k,m,i,j]          c[(m·s + i)·s + j] = b[m]
 * </pre>
 *
 * <p>Keeps the outputs. Leaves alone kernels that overlap or leave gaps, padding, and weights that are computed or shared.
 *
 * <p>Source: Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
 * Neural Network", CVPR 2016, section 3.
 */
public final class TransposedToConvolution implements GraphPass {
    /** The name of this pass. */
    public static final String NAME = "transposed-to-convolution";

    private static final int RANK = 4;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            Optional<ConvTranspose> found = ConvTranspose.of(n);
            if (found.isEmpty()) {
                continue;
            }
            Optional<String> obstacle = obstacle(found.get());
            if (obstacle.isPresent()) {
                journal.skipped(NAME, n.label(), obstacle.get());
            } else {
                String label = n.label();
                replace(graph, found.get());
                journal.did(NAME, label, "is a 1x1 convolution and a DepthToSpace now");
            }
        }
        graph.removeUnusedConstants();
    }

    private static Optional<String> obstacle(ConvTranspose c) {
        Optional<Tensor> weight = c.weight().constant().filter(t -> t.dtype() == DType.FLOAT);
        if (weight.isEmpty()) {
            return Optional.of("its weight is computed, or not float32");
        }
        if (c.bias()
                .filter(b -> b.constant().filter(t -> t.dtype() == DType.FLOAT).isEmpty())
                .isPresent()) {
            return Optional.of("its bias is computed, or not float32");
        }
        Shape w = weight.get().shape();
        if (w.rank() != RANK) {
            return Optional.of("it does not work on images");
        }
        List<Long> strides = Geometry.ints(c.node(), "strides").orElse(List.of(1L, 1L));
        if (w.dim(2) != w.dim(3) || !strides.equals(List.of(w.dim(2), w.dim(3)))) {
            return Optional.of(
                    "its kernel " + w.dim(2) + "x" + w.dim(3) + " is not its stride " + strides + ", or not square");
        }
        if (!Geometry.isPlain(c.node(), w.dim(2))) {
            return Optional.of("it pads, dilates, or says how large its result is");
        }
        return Optional.empty();
    }

    private static void replace(Graph graph, ConvTranspose c) {
        Tensor weight = c.weight().constant().orElseThrow();
        int in = Math.toIntExact(weight.shape().dim(0));
        int perGroup = Math.toIntExact(weight.shape().dim(1));
        int side = Math.toIntExact(weight.shape().dim(2));
        int places = side * side;
        int inPerGroup = in / c.group();
        int out = perGroup * c.group();
        float[] from = weight.floats();
        float[] to = new float[from.length];
        for (int k = 0; k < in; k++) {
            int group = k / inPerGroup;
            for (int m = 0; m < perGroup; m++) {
                for (int p = 0; p < places; p++) {
                    int channel = (group * perGroup + m) * places + p;
                    to[channel * inPerGroup + k % inPerGroup] = from[(k * perGroup + m) * places + p];
                }
            }
        }
        Node n = c.node();
        String stem = n.output().name();
        Value kernel = graph.addConstant(
                graph.freshName(c.weight().name() + "_1x1"),
                Tensor.ofFloats(Shape.of((long) out * places, inPerGroup, 1, 1), to));
        Optional<Value> bias = c.bias()
                .map(b -> graph.addConstant(
                        graph.freshName(b.name() + "_1x1"),
                        repeated(b.constant().orElseThrow(), places)));
        NodeSpec conv = NodeSpec.of("Conv", n.name())
                .inputs(bias.map(b -> List.of(c.input().name(), kernel.name(), b.name()))
                        .orElse(List.of(c.input().name(), kernel.name())))
                .outputs(graph.freshName(stem + "_deep"))
                .attribute("kernel_shape", Attribute.Ints.of(1, 1))
                .attribute("group", new Attribute.Int(c.group()));
        Node made = graph.insertBefore(n, conv);
        if (side == 1) {
            graph.takeOverOutput(n, made);
            return;
        }
        Node spread = graph.insertBefore(
                n,
                NodeSpec.of("DepthToSpace", n.name() + "_spread")
                        .inputs(made.output().name())
                        .outputs(graph.freshName(stem + "_spread"))
                        .attribute("blocksize", new Attribute.Int(side))
                        .attribute("mode", new Attribute.Text("CRD")));
        graph.takeOverOutput(n, spread);
    }

    private static Tensor repeated(Tensor bias, int places) {
        float[] from = bias.floats();
        float[] to = new float[from.length * places];
        for (int i = 0; i < to.length; i++) {
            to[i] = from[i / places];
        }
        return Tensor.ofFloats(Shape.of(to.length), to);
    }
}
