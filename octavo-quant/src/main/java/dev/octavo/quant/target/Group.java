package dev.octavo.quant.target;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A node and the limits (Relu, Clip) that follow it alone: what an integer kernel does in one go,
 * because saturation at the ends of the output's grid is the limit.
 *
 * @param node the first node
 * @param limits the limits after it, in order; usually none or one
 */
public record Group(Node node, List<Node> limits) {
    public Group {
        limits = List.copyOf(limits);
    }

    /** The value that leaves the group. */
    public Value output() {
        return limits.isEmpty() ? node.output() : limits.get(limits.size() - 1).output();
    }

    /** All groups of a graph in topological order; each node is in exactly one. */
    public static List<Group> of(Graph graph) {
        List<Group> groups = new ArrayList<>();
        Set<Node> taken = new HashSet<>();
        for (Node n : graph.nodes()) {
            if (taken.contains(n)) {
                continue;
            }
            List<Node> limits = new ArrayList<>();
            if (absorbsLimits(n)) {
                Value v = n.output();
                while (v.uses().size() == 1 && !v.isGraphOutput()) {
                    Use u = v.uses().get(0);
                    if (u.input() != 0 || OpCatalog.of(u.node()).kind() != OpKind.LIMITS) {
                        break;
                    }
                    limits.add(u.node());
                    v = u.node().output();
                }
            }
            taken.addAll(limits);
            groups.add(new Group(n, limits));
        }
        return groups;
    }

    private static boolean absorbsLimits(Node n) {
        OpKind k = OpCatalog.of(n).kind();
        return n.presentOutputs().size() == 1 && (k == OpKind.COMPUTES || k == OpKind.ARITHMETIC || k == OpKind.JOINS);
    }
}
