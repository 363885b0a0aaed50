package dev.octavo.quant.datafree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The laws of the values of a graph, for tests; shapes are stated where operators need them. */
final class Told {
    final Graph graph;
    final Map<String, Law> laws = new HashMap<>();
    final Known known;

    private Told(Graph graph, Map<String, InputRange> inputs, Map<String, TensorType> types) {
        this.graph = graph;
        this.known = Laws.walk(graph, types, inputs, (v, law) -> laws.put(v.name(), law));
    }

    /** Shapes as {@code "y=1,4,8,8 z=1,256"}, besides those that the text gives. */
    static Told of(String text, String shapes) {
        return of(GraphText.parse(text), shapes, Map.of());
    }

    static Told of(Graph graph, String shapes, Map<String, InputRange> inputs) {
        Map<String, TensorType> types = new HashMap<>();
        graph.requiredInputs().forEach(v -> v.type().ifPresent(t -> types.put(v.name(), t)));
        for (String one : shapes.isEmpty() ? new String[0] : shapes.split(" ")) {
            String[] parts = one.split("=");
            long[] dims = java.util.Arrays.stream(parts[1].split(","))
                    .mapToLong(Long::parseLong)
                    .toArray();
            types.put(parts[0], new TensorType(DType.FLOAT, Shape.of(dims)));
        }
        return new Told(graph, inputs, types);
    }

    Law law(String value) {
        assertThat(laws).as(() -> known.reason(value)).containsKey(value);
        return Objects.requireNonNull(laws.get(value));
    }
}
