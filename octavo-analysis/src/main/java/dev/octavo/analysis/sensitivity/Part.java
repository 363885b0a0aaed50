package dev.octavo.analysis.sensitivity;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.OrtEngine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A part of a network made ready to run on a state; an empty part gives nothing. */
final class Part implements AutoCloseable {
    private final Optional<Engine.Session> session;
    private final List<String> inputs;

    private Part(Optional<Engine.Session> session, List<String> inputs) {
        this.session = session;
        this.inputs = inputs;
    }

    /** Opens a graph, simulated: node by node, so that cutting it changes no bit. */
    static Part open(Graph graph) {
        List<String> inputs = graph.requiredInputs().stream().map(Value::name).toList();
        return graph.outputs().isEmpty()
                ? new Part(Optional.empty(), inputs)
                : new Part(Optional.of(OrtEngine.INSTANCE.open(graph, Engine.Mode.UNFUSED, 1)), inputs);
    }

    /** What the part computes from a state. */
    Map<String, Tensor> run(Map<String, Tensor> state) {
        if (session.isEmpty()) {
            return Map.of();
        }
        Map<String, Tensor> in = new HashMap<>();
        inputs.forEach(name -> in.put(name, Objects.requireNonNull(state.get(name), name)));
        return session.get().run(in);
    }

    @Override
    public void close() {
        session.ifPresent(Engine.Session::close);
    }
}
