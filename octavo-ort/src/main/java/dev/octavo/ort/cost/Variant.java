package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.target.Group;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One form of the network, all forms computing the same.
 *
 * @param name what was done to it, for messages; empty for the first form
 * @param graph the float network, frozen
 * @param groups all its groups
 * @param possible those that can run in integers
 * @param types element types and shapes with batch 1
 * @param onTies whether it is taken when it is as fast as the forms before it, and not only when it is faster
 */
public record Variant(
        String name,
        Graph graph,
        List<Group> groups,
        Set<Group> possible,
        Map<String, TensorType> types,
        boolean onTies) {
    public Variant {
        groups = List.copyOf(groups);
        possible = Set.copyOf(possible);
        types = Map.copyOf(types);
    }
}
