package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.quant.Journal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Gives every node a name of its own, for runtimes report what they did to a node by its name.
 *
 * <pre>
 *   Conv() -> /layer1/out          becomes      Conv(Conv_/layer1/out)
 *   Relu(act) -> a; Relu(act) -> b  becomes      Relu(act) -> a; Relu(act_2) -> b
 * </pre>
 *
 * <p>Keeps the outputs. Leaves alone whatever has a name that no node before it has.
 */
public final class NameNodes implements GraphPass {
    @Override
    public String name() {
        return "name-nodes";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        Set<String> taken = new HashSet<>();
        graph.nodes().forEach(n -> taken.add(n.name()));
        Set<String> seen = new HashSet<>();
        Map<String, Integer> repeats = new HashMap<>();
        int unnamed = 0;
        int repeated = 0;
        for (Node n : graph.nodes()) {
            if (!n.name().isEmpty() && seen.add(n.name())) {
                continue;
            }
            boolean hadNone = n.name().isEmpty();
            String stem = hadNone
                    ? n.type()
                            + n.presentOutputs().stream()
                                    .findFirst()
                                    .map(Value::name)
                                    .map(o -> "_" + o)
                                    .orElse("")
                    : n.name();
            String name = stem;
            while (taken.contains(name)) {
                name = stem + "_" + repeats.merge(stem, 2, (a, b) -> a + 1);
            }
            graph.rename(n, name);
            taken.add(name);
            seen.add(name);
            unnamed += hadNone ? 1 : 0;
            repeated += hadNone ? 0 : 1;
        }
        if (unnamed > 0) {
            journal.did(name(), graph.name(), unnamed + " nodes without a name are called by operator and output");
        }
        if (repeated > 0) {
            journal.did(name(), graph.name(), repeated + " nodes whose name another has got a number behind it");
        }
    }
}
