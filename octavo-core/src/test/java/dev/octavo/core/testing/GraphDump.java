package dev.octavo.core.testing;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Graphs as comparable text: two graphs have the same text when they have the same parts. */
public final class GraphDump {
    private GraphDump() {}

    /**
     * Inputs, constants by name, nodes in order, outputs. A {@code Constant} node counts as a constant,
     * for that is what it is; operator set and metadata are left out.
     */
    public static String of(Graph g) {
        StringBuilder b = new StringBuilder();
        b.append("inputs ").append(typed(g.inputs())).append('\n');
        TreeMap<String, Tensor> constants = new TreeMap<>();
        for (Value v : g.values()) {
            v.constant().ifPresent(t -> constants.put(v.name(), t));
        }
        constants.forEach(
                (name, t) -> b.append(name).append(" = ").append(text(t)).append('\n'));
        for (Node n : g.nodes()) {
            if (!n.is("Constant")) {
                b.append(line(n)).append('\n');
            }
        }
        return b.append("outputs ").append(typed(g.outputs())).append('\n').toString();
    }

    /** As {@link #of}, without names: what remains are operators, attributes and who reads whom. */
    public static String structure(Graph g) {
        TreeMap<String, String> names = new TreeMap<>();
        g.inputs().forEach(v -> names.put(v.name(), "in" + names.size()));
        StringBuilder b = new StringBuilder();
        for (Node n : g.nodes()) {
            String inputs = n.inputs().stream()
                    .map(v -> v.map(x -> names.getOrDefault(x.name(), "c")).orElse("_"))
                    .collect(Collectors.joining(", "));
            n.presentOutputs().forEach(v -> names.put(v.name(), "v" + names.size()));
            b.append(n.type()).append(attributes(n)).append('(').append(inputs).append(")\n");
        }
        g.outputs().forEach(v -> b.append(names.getOrDefault(v.name(), "c")).append('\n'));
        return b.toString();
    }

    private static String line(Node n) {
        return names(outputs(n)) + " = " + n.domain() + "::" + n.type() + attributes(n) + names(n.inputs()) + " # "
                + n.name();
    }

    private static List<Optional<Value>> outputs(Node n) {
        return java.util.stream.IntStream.range(0, n.outputCount())
                .mapToObj(n::output)
                .toList();
    }

    private static Map<String, Object> attributes(Node n) {
        return new TreeMap<>(n.attributes());
    }

    private static String names(List<Optional<Value>> values) {
        return values.stream().map(v -> v.map(Value::name).orElse("_")).toList().toString();
    }

    private static String typed(List<Value> values) {
        return values.stream()
                .map(v -> v.name() + v.type().map(Object::toString).orElse(""))
                .toList()
                .toString();
    }

    private static String text(Tensor t) {
        byte[] bytes = new byte[Math.toIntExact(t.storage().byteSize())];
        t.storage().slice(0, bytes.length).get(bytes);
        String few = bytes.length <= 64 && t.dtype() == dev.octavo.core.tensor.DType.FLOAT
                ? Arrays.toString(t.floats())
                : "";
        return t + " " + few + " " + Arrays.hashCode(bytes);
    }
}
