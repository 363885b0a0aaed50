package dev.octavo.ort;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Copies of a graph made to be run and looked into. */
final class GraphSlice {
    private GraphSlice() {}

    /** What is needed to compute these values, which become the outputs; all inputs stay. */
    static Graph upTo(Graph graph, Collection<String> outputs) {
        Set<Node> needed = neededFor(graph, outputs);
        Graph slice = new Graph(graph.name());
        graph.opsets().forEach(slice::setOpset);
        graph.metadata().forEach(slice::putMetadata);
        for (Value in : graph.inputs()) {
            slice.addInput(in.name(), in.type().orElse(null));
        }
        Set<String> read = new HashSet<>(outputs);
        for (Node n : needed) {
            n.presentInputs().forEach(v -> read.add(v.name()));
            read.addAll(n.captures());
        }
        for (Value v : graph.values()) {
            if (v.producer().isEmpty() && (read.contains(v.name()) || v.isGraphInput())) {
                addSource(slice, v);
            }
        }
        graph.nodes().stream().filter(needed::contains).forEach(n -> slice.addNode(NodeSpec.like(n)));
        for (Value v : graph.values()) {
            Optional<Value> twin = slice.value(v.name());
            if (twin.isPresent() && v.producer().isPresent()) {
                v.type().filter(t -> v.constant().isEmpty()).ifPresent(t -> slice.setType(twin.get(), t));
                v.carried().ifPresent(c -> slice.setCarried(twin.get(), c));
            }
        }
        outputs.forEach(name -> slice.addOutput(slice.require(name)));
        graph.carried().ifPresent(slice::setCarried);
        return slice;
    }

    /** A copy in which every value that a node computes is an output. */
    static Graph withAllOutputs(Graph graph) {
        Graph copy = graph.copy();
        for (Node n : copy.nodes()) {
            for (Value v : n.presentOutputs()) {
                if (!v.isGraphOutput()) {
                    copy.addOutput(v);
                }
            }
        }
        return copy;
    }

    /** Sets the leading extent of every required input to 1 where the model leaves it open. */
    static void fixBatch(Graph graph) {
        for (Value in : graph.requiredInputs()) {
            Optional<TensorType> type = in.type();
            if (type.isPresent()
                    && type.get().shape().rank() > 0
                    && type.get().shape().dim(0) == Shape.UNKNOWN) {
                Shape one = type.get().shape().withDim(0, 1);
                graph.setType(in, new TensorType(type.get().dtype(), one));
            }
        }
    }

    private static void addSource(Graph slice, Value v) {
        if (v.isInitializer()) {
            slice.addConstant(v.name(), v.constant().orElseThrow());
        } else if (!v.isGraphInput()) {
            v.carried().ifPresent(c -> slice.addOpaqueConstant(v.name(), c));
            return;
        }
        Value twin = slice.require(v.name());
        v.carried().ifPresent(c -> slice.setCarried(twin, c));
    }

    private static Set<Node> neededFor(Graph graph, Collection<String> outputs) {
        Set<Node> needed = new HashSet<>();
        Deque<Value> open = new ArrayDeque<>();
        outputs.forEach(name -> open.add(graph.require(name)));
        while (!open.isEmpty()) {
            Optional<Node> producer = open.remove().producer();
            if (producer.isPresent() && needed.add(producer.get())) {
                open.addAll(producer.get().presentInputs());
                producer.get().captures().forEach(name -> graph.value(name).ifPresent(open::add));
            }
        }
        return needed;
    }
}
