package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.MatMul;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.channel.ChannelScaling;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a GlobalAveragePool again of a mean that was written as a product with a constant column.
 *
 * <pre>
 *   x[N,C,H,W] -> Reshape(0, C, H·W) -> MatMul([1/(H·W), …]) -> y[N,C,1]      becomes
 *   x[N,C,H,W] -> GlobalAveragePool -> Reshape(0, C, 1) -> y
 * </pre>
 *
 * <p>Keeps the outputs, up to float rounding. A product would tie all channels to one another, for whatever looks at
 * channels, and give the constant a grid and a kernel of its own.
 */
public final class PoolInsteadOfProduct implements GraphPass {
    private static final int FAR = 8;

    private static final Set<String> KEEP_CHANNELS = Set.of(
            "Relu",
            "Clip",
            "LeakyRelu",
            "PRelu",
            "HardSwish",
            "Sigmoid",
            "BatchNormalization",
            "MaxPool",
            "AveragePool",
            "Add",
            "Mul");

    @Override
    public String name() {
        return "pool-instead-of-product";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            Optional<Tensor> column =
                    MatMul.of(n).flatMap(m -> m.weight().constant()).filter(PoolInsteadOfProduct::isMean);
            Optional<Node> reshape = n.input(0).flatMap(Value::producer).filter(p -> p.is("Reshape"));
            if (column.isEmpty() || reshape.isEmpty()) {
                continue;
            }
            Optional<Long> channels =
                    channels(reshape.get(), column.get().shape().dim(0));
            if (channels.isEmpty()) {
                journal.skipped(
                        name(), n.label(), "the shape that " + reshape.get().label() + " makes is not plain");
                continue;
            }
            String label = n.label();
            replace(graph, n, reshape.get(), channels.get());
            journal.did(name(), label, "was a mean over each channel");
        }
        graph.removeUnusedConstants();
    }

    /* [K, 1], each 1/K up to the rounding of a float. */
    private static boolean isMean(Tensor t) {
        if (t.dtype() != DType.FLOAT || t.shape().rank() != 2 || t.shape().dim(1) != 1) {
            return false;
        }
        double mean = 1.0 / t.shape().dim(0);
        for (float f : t.floats()) {
            if (Math.abs(f - mean) > 1e-6 * mean) {
                return false;
            }
        }
        return true;
    }

    /* C where the reshape makes [N, C, area] of [N, C, H, W]. */
    private static Optional<Long> channels(Node reshape, long area) {
        Optional<Long> given = reshape.input(0).flatMap(PoolInsteadOfProduct::channels);
        return reshape.input(1)
                .flatMap(Value::constant)
                .filter(t -> t.dtype() == DType.INT64)
                .map(Tensor::longs)
                .filter(s -> s.length == 3 && s[0] >= 0 && (s[2] == area || s[2] == -1))
                .map(s -> s[1])
                .filter(c -> given.filter(c::equals).isPresent());
    }

    /* The channels of a value [N, C, H, W], as the convolution says that it comes from. */
    private static Optional<Long> channels(Value v) {
        Value at = v;
        for (int i = 0; i < FAR; i++) {
            Optional<Node> from = at.producer();
            Optional<Weighted> layer = from.flatMap(Weighted::of);
            if (layer.isPresent()) {
                return layer.filter(w -> w.resultAxis() == 1 && w.hasConstantWeight())
                        .filter(w -> w.weight().constant().orElseThrow().shape().rank() == 4)
                        .map(w -> (long) ChannelScaling.outputs(w));
            }
            Optional<Value> next = from.filter(n -> KEEP_CHANNELS.contains(n.type()))
                    .flatMap(n -> n.presentInputs().stream()
                            .filter(x -> x.constant().isEmpty())
                            .findFirst());
            if (next.isEmpty()) {
                return Optional.empty();
            }
            at = next.get();
        }
        return Optional.empty();
    }

    private static void replace(Graph graph, Node product, Node reshape, long channels) {
        String y = product.output().name();
        Node pool = graph.insertBefore(
                product,
                NodeSpec.of("GlobalAveragePool", product.name())
                        .inputs(reshape.input(0).orElseThrow().name())
                        .outputs(graph.freshName(y + "_pooled")));
        String shape = graph.addConstant(graph.freshName(y + "_shape"), Tensor.ofLongs(Shape.of(3), 0, channels, 1))
                .name();
        Node back = graph.insertAfter(
                pool,
                NodeSpec.of("Reshape", product.name() + "_reshape")
                        .inputs(pool.output().name(), shape)
                        .outputs(graph.freshName(y + "_as_product")));
        graph.takeOverOutput(product, back);
        if (reshape.output().uses().isEmpty() && !reshape.output().isGraphOutput()) {
            graph.remove(reshape);
        }
    }
}
