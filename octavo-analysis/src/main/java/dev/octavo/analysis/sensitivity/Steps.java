package dev.octavo.analysis.sensitivity;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A graph cut into steps, one per {@link Group}, so that any part of it can be run alone.
 *
 * <pre>
 *   inputs -> step 0 -> state(1) -> step 1 -> … -> state(n) = outputs
 * </pre>
 *
 * <p>{@code state(i)} is what steps before i have computed and steps from i on, or the outputs, still need. Nothing is
 * asked of the form of the graph: a shortcut around several steps is simply part of the state while it is open.
 */
final class Steps {
    private final Graph graph;
    private final Map<String, TensorType> types;
    private final List<List<Node>> steps = new ArrayList<>();
    private final List<Set<String>> alive = new ArrayList<>();

    /**
     * Cuts a graph.
     *
     * @param types element types and shapes of all values
     */
    Steps(Graph graph, Map<String, TensorType> types) {
        this.graph = graph;
        this.types = Map.copyOf(types);
        for (Group g : Group.of(graph)) {
            List<Node> nodes = new ArrayList<>(List.of(g.node()));
            nodes.addAll(g.limits());
            boolean constant = g.node().is("Constant") && !g.node().output().isGraphOutput();
            if (!constant) {
                steps.add(nodes);
            }
        }
        Set<String> needed = new HashSet<>();
        graph.outputs().forEach(v -> needed.add(v.name()));
        alive.add(Set.copyOf(needed));
        for (int i = steps.size() - 1; i >= 0; i--) {
            for (Node n : steps.get(i)) {
                read(n).stream().filter(v -> v.constant().isEmpty()).forEach(v -> needed.add(v.name()));
            }
            alive.add(0, Set.copyOf(needed));
        }
    }

    /** Number of steps. */
    int size() {
        return steps.size();
    }

    /** The nodes of a step, its limits last. */
    List<Node> nodes(int step) {
        return steps.get(step);
    }

    /** Whether steps from {@code step} on, or the outputs, need a value. */
    boolean isAlive(int step, String value) {
        return alive.get(step).contains(value);
    }

    /** The step that computes a value; −1 for inputs of the network and constants. */
    int producer(Value v) {
        return v.producer().map(this::stepOf).orElse(-1);
    }

    /** The step that a node is in; −1 for constants. */
    int stepOf(Node n) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).contains(n)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Steps {@code from} to {@code to}, the latter not included, as a graph: its inputs are what it reads of the state,
     * its outputs what it adds to the state.
     */
    Graph part(int from, int to) {
        Graph out = new Graph(graph.name());
        graph.opsets().forEach(out::setOpset);
        graph.carried().ifPresent(out::setCarried);
        List<Node> nodes =
                steps.subList(from, to).stream().flatMap(List::stream).toList();
        Set<String> made = new HashSet<>();
        nodes.forEach(n -> n.presentOutputs().forEach(v -> made.add(v.name())));
        Set<Value> sources = new LinkedHashSet<>();
        nodes.forEach(
                n -> read(n).stream().filter(v -> !made.contains(v.name())).forEach(sources::add));
        sources.forEach(v -> addSource(out, v));
        nodes.forEach(n -> out.addNode(NodeSpec.like(n)));
        for (Node n : nodes) {
            for (Value v : n.presentOutputs()) {
                Value twin = out.require(v.name());
                type(v).filter(t -> v.constant().isEmpty()).ifPresent(t -> out.setType(twin, t));
                if (isAlive(to, v.name())) {
                    out.addOutput(twin);
                }
            }
        }
        return out;
    }

    private void addSource(Graph out, Value v) {
        if (v.constant().isPresent()) {
            out.addConstant(v.name(), v.constant().get());
        } else if (v.isGraphInput() || v.producer().isPresent()) {
            out.addInput(v.name(), type(v).orElse(null));
        } else {
            v.carried().ifPresent(c -> out.addOpaqueConstant(v.name(), c));
        }
    }

    private Optional<TensorType> type(Value v) {
        return Optional.ofNullable(types.get(v.name())).or(v::type);
    }

    /* What a node reads, through its subgraphs too. */
    private List<Value> read(Node n) {
        List<Value> all = new ArrayList<>(n.presentInputs());
        n.captures().forEach(name -> graph.value(name).ifPresent(all::add));
        return all;
    }
}
