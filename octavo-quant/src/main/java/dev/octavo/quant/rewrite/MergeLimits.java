package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.op.Clip;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import java.util.Optional;

/**
 * Makes one limit of two in a row.
 *
 * <pre>
 *   x -> Clip(a, b) -> Clip(c, d) -> y      becomes      x -> Clip(max(c, min(a, d)), max(c, min(b, d))) -> y
 * </pre>
 *
 * <p>Keeps the outputs. Of a Relu and a Clip the one stays that implies the other. Leaves alone a first limit that
 * others read too, and limits that are computed. ONNX Runtime cannot open a quantized model in which two limits
 * follow a convolution: it takes the first into the convolution twice.
 */
public final class MergeLimits implements GraphPass {
    private static final long LIMITS_AS_INPUTS = 11;

    @Override
    public String name() {
        return "merge-limits";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            Optional<Clip> second = Clip.of(n);
            Optional<Clip> first = second.flatMap(c -> c.input().producer()).flatMap(Clip::of);
            if (first.isEmpty() || second.isEmpty()) {
                continue;
            }
            Optional<String> obstacle = obstacle(graph, first.get());
            if (obstacle.isPresent()) {
                journal.skipped(name(), n.label(), obstacle.get());
            } else {
                String gone = first.get().node().label();
                merge(graph, first.get(), second.get());
                journal.did(name(), n.label(), "limits as much as " + gone + " before it did as well");
            }
        }
        graph.removeUnusedConstants();
    }

    private static Optional<String> obstacle(Graph graph, Clip first) {
        if (first.node().output().uses().size() != 1 || first.node().output().isGraphOutput()) {
            return Optional.of(first.node().label() + " before it has other readers");
        }
        return graph.opset() < LIMITS_AS_INPUTS
                ? Optional.of("before opset 11 limits are attributes")
                : Optional.empty();
    }

    private static void merge(Graph graph, Clip first, Clip second) {
        float low = Math.max(second.low(), Math.min(first.low(), second.high()));
        float high = Math.max(second.low(), Math.min(first.high(), second.high()));
        if (low == second.low() && high == second.high()) {
            graph.setInput(second.node(), 0, first.input());
            graph.remove(first.node());
            return;
        }
        String output = second.node().output().name();
        Node merged = graph.insertBefore(
                second.node(),
                NodeSpec.of("Clip", second.node().name())
                        .inputs(
                                first.input().name(),
                                limit(graph, output + "_low", low),
                                limit(graph, output + "_high", high))
                        .outputs(graph.freshName(output + "_merged")));
        graph.takeOverOutput(second.node(), merged);
        graph.remove(first.node());
    }

    private static String limit(Graph graph, String name, float value) {
        return Float.isInfinite(value)
                ? ""
                : graph.addConstant(graph.freshName(name), Tensor.ofFloats(Shape.SCALAR, value))
                        .name();
    }
}
