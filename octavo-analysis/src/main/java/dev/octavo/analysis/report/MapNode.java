package dev.octavo.analysis.report;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A layer on the map of a network: an operator with the limits that follow it.
 *
 * @param site the value that it gives
 * @param op its operators, such as {@code Conv Clip}
 * @param depth length of the longest way to it
 * @param lane its place among the layers of that depth, from 0
 * @param reads the layers that it reads, by their place in the list
 */
public record MapNode(String site, String op, int depth, int lane, List<Integer> reads) {
    /** The map of a network, in topological order; what computes shapes and indices is not on it. */
    public static List<MapNode> of(Graph graph) {
        Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(graph);
        List<MapNode> nodes = new ArrayList<>();
        Map<Value, Integer> makers = new HashMap<>();
        Map<Integer, Integer> lanes = new HashMap<>();
        for (Group g : Group.of(graph)) {
            List<Integer> reads = g.node().presentInputs().stream()
                    .filter(makers::containsKey)
                    .map(v -> makers.getOrDefault(v, 0))
                    .distinct()
                    .toList();
            if (g.node().presentOutputs().isEmpty() || !isFloat(types.get(last(g).name()))) {
                continue;
            }
            int depth =
                    reads.stream().mapToInt(r -> nodes.get(r).depth() + 1).max().orElse(0);
            int lane = lanes.merge(depth, 1, Integer::sum) - 1;
            for (Node n : layer(g)) {
                n.presentOutputs().forEach(v -> makers.put(v, nodes.size()));
            }
            nodes.add(new MapNode(
                    last(g).name(),
                    String.join(" ", layer(g).stream().map(Node::type).toList()),
                    depth,
                    lane,
                    reads));
        }
        return nodes;
    }

    /* What is not known may be. */
    private static boolean isFloat(@Nullable TensorType type) {
        return type == null || type.dtype() == DType.FLOAT;
    }

    private static Value last(Group g) {
        return g.limits().isEmpty() ? g.node().presentOutputs().get(0) : g.output();
    }

    private static List<Node> layer(Group g) {
        List<Node> layer = new ArrayList<>(List.of(g.node()));
        layer.addAll(g.limits());
        return layer;
    }
}
