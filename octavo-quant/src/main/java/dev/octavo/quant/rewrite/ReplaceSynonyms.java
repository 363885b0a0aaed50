package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import java.util.Optional;

/**
 * Puts the operator that kernels and other passes know in the place of one that computes the same.
 *
 * <pre>
 *   Max(x, 0)  -> Relu(x)            PRelu(x, slopes all 0)  -> Relu(x)
 *   Max(x, a)  -> Clip(x, a, ∞)      PRelu(x, slopes all a)  -> LeakyRelu(x; a)
 *   Min(x, b)  -> Clip(x, -∞, b)
 * </pre>
 *
 * <p>Slopes that are a constant behind Unsqueeze or Reshape become a constant. Keeps the outputs, to the last bit. Leaves alone constants that differ from element to element, and Max and Min
 * before opset 11, whose Clip has its limits as attributes.
 */
public final class ReplaceSynonyms implements GraphPass {
    private static final int LIMITS_AS_INPUTS = 11;

    @Override
    public String name() {
        return "replace-synonyms";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            boolean known = n.domain().isEmpty() && n.presentOutputs().size() == 1 && n.inputCount() == 2;
            if (known && (n.is("Max") || n.is("Min"))) {
                limit(graph, n, journal);
            } else if (known && n.is("PRelu")) {
                slopes(graph, n, journal);
            }
        }
        graph.removeUnusedConstants();
    }

    private void limit(Graph graph, Node n, Journal journal) {
        Value a = n.input(0).orElseThrow();
        Value b = n.input(1).orElseThrow();
        Value x = a.constant().isPresent() ? b : a;
        Value bound = x == a ? b : a;
        Optional<Tensor> one = bound.constant()
                .filter(t -> t.dtype() == DType.FLOAT
                        && t.elements() == 1
                        && t.shape().rank() <= 1);
        if (one.isEmpty() || x.constant().isPresent() || graph.opset() < LIMITS_AS_INPUTS) {
            return;
        }
        float at = one.get().floats()[0];
        if (n.is("Max") && at == 0) {
            replace(graph, n, NodeSpec.of("Relu", n.name()).inputs(x.name()), journal);
            return;
        }
        String scalar = graph.addConstant(
                        graph.freshName(n.output().name() + "_limit"), Tensor.ofFloats(Shape.SCALAR, at))
                .name();
        NodeSpec clip = NodeSpec.of("Clip", n.name());
        replace(graph, n, n.is("Max") ? clip.inputs(x.name(), scalar) : clip.inputs(x.name(), "", scalar), journal);
    }

    private void slopes(Graph graph, Node n, Journal journal) {
        Optional<Tensor> slope = n.input(1).flatMap(SteadyValue::of);
        if (slope.isEmpty() || slope.get().elements() == 0) {
            return;
        }
        Value shaped = n.input(1).orElseThrow();
        if (shaped.constant().isEmpty()) {
            graph.setInput(n, 1, graph.addConstant(graph.freshName(shaped.name() + "_constant"), slope.get()));
            Optional<Node> shaper = shaped.producer();
            if (shaped.uses().isEmpty() && !shaped.isGraphOutput() && shaper.isPresent()) {
                graph.remove(shaper.get());
            }
            journal.did(name(), n.label(), "its slopes, a constant in another shape, are a constant");
        }
        float[] all = slope.get().floats();
        for (float s : all) {
            if (s != all[0]) {
                return;
            }
        }
        String x = n.input(0).orElseThrow().name();
        NodeSpec same = all[0] == 0
                ? NodeSpec.of("Relu", n.name()).inputs(x)
                : NodeSpec.of("LeakyRelu", n.name()).inputs(x).attribute("alpha", new Attribute.Real(all[0]));
        replace(graph, n, same, journal);
    }

    private void replace(Graph graph, Node old, NodeSpec spec, Journal journal) {
        String label = old.label();
        String was = old.type();
        Node heir = graph.insertBefore(
                old, spec.outputs(graph.freshName(old.output().name() + "_same")));
        graph.takeOverOutput(old, heir);
        journal.did(name(), label, was + " is " + heir.type());
    }
}
