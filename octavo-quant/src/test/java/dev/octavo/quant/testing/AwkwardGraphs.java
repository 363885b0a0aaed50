package dev.octavo.quant.testing;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Carried;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.RandomGraphs;
import java.util.Random;
import java.util.Set;

/**
 * Random networks with what real files have and no textbook: weights from {@code Constant} nodes, weights
 * that are graph inputs, values that a subgraph reads by name, results in the middle, names that look
 * like those that lowering gives, absent outputs.
 */
public final class AwkwardGraphs {
    private static final Carried SUBGRAPH = new Carried() {};

    private AwkwardGraphs() {}

    /** The network of that seed; about one in four is left plain. */
    public static Graph of(long seed) {
        Graph plain = RandomGraphs.of(seed);
        Random random = new Random(~seed);
        if (random.nextInt(4) == 0) {
            return plain;
        }
        Graph g = new Graph(plain.name());
        plain.opsets().forEach(g::setOpset);
        plain.inputs().forEach(v -> g.addInput(v.name(), v.type().orElseThrow()));
        for (Value v : plain.values()) {
            if (v.isInitializer()) {
                addConstant(g, v, random);
            }
        }
        for (Node n : plain.nodes()) {
            g.addNode(NodeSpec.like(n));
        }
        plain.outputs().forEach(v -> g.addOutput(withType(g, g.require(v.name()), v)));
        for (Value v : g.values()) {
            if (v.producer().isPresent() && v.constant().isEmpty() && !v.isGraphOutput() && random.nextInt(8) == 0) {
                g.addOutput(v);
            }
        }
        addSubgraphReader(g, random);
        return g;
    }

    private static Value withType(Graph g, Value twin, Value like) {
        like.type().ifPresent(t -> g.setType(twin, t));
        return twin;
    }

    private static void addConstant(Graph g, Value v, Random random) {
        switch (random.nextInt(6)) {
            case 0 ->
                g.addNode(NodeSpec.of("Constant", "const_" + v.name())
                        .attribute("value", new Attribute.Dense(v.constant().orElseThrow()))
                        .outputs(v.name()));
            case 1 -> {
                g.addInput(v.name(), v.type().orElseThrow());
                g.addConstant(v.name(), v.constant().orElseThrow());
            }
            default -> g.addConstant(v.name(), v.constant().orElseThrow());
        }
        if (random.nextInt(12) == 0) {
            String twin = v.name() + (random.nextBoolean() ? "_scale" : "_quantized");
            g.addConstant(twin, v.constant().orElseThrow());
            g.addNode(NodeSpec.of("Identity", v.name() + "_DequantizeLinear")
                    .inputs(twin)
                    .outputs(v.name() + "_quantized_2"));
        }
    }

    /* Absent first output, and a subgraph that reads values of this graph by name. */
    private static void addSubgraphReader(Graph g, Random random) {
        g.addInput("condition", new TensorType(DType.BOOL, Shape.SCALAR));
        Set<String> captures = new java.util.TreeSet<>();
        for (Value v : g.values()) {
            if (!v.name().equals("condition") && random.nextInt(15) == 0) {
                captures.add(v.name());
            }
        }
        g.addNode(NodeSpec.of("If", "branch")
                .inputs("condition")
                .outputs("", "branched")
                .attribute("then_branch", new Attribute.Foreign(SUBGRAPH, captures)));
        g.addOutput(g.require("branched"));
    }
}
