package dev.octavo.quant.target;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which group reads what which other group gives. */
public final class Neighbours {
    private final Map<Node, Group> groupOf = new HashMap<>();

    /** The neighbourhood of these groups. */
    public Neighbours(List<Group> groups) {
        for (Group g : groups) {
            groupOf.put(g.node(), g);
            g.limits().forEach(l -> groupOf.put(l, g));
        }
    }

    /** The group that gives input {@code i} of a group's first node; empty for inputs and constants. */
    public Optional<Group> giver(Group g, int i) {
        return g.node().input(i).flatMap(Value::producer).map(groupOf::get);
    }

    /** The groups that read what a group gives, one entry per reading. */
    public List<Group> readers(Group g) {
        List<Group> readers = new ArrayList<>();
        g.output().uses().forEach(u -> {
            Group r = groupOf.get(u.node());
            if (r != null) {
                readers.add(r);
            }
        });
        return readers;
    }

    /** Whether anything but groups' nodes takes what a group gives: the network's outputs, a subgraph. */
    public static boolean leavesTheGraph(Group g) {
        return g.output().isGraphOutput() || g.output().isCaptured();
    }

    /** The groups of a graph with their neighbourhood. */
    public static Neighbours of(Graph graph) {
        return new Neighbours(Group.of(graph));
    }
}
