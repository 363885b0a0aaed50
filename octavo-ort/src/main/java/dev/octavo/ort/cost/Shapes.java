package dev.octavo.ort.cost;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.target.Group;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** What decides how long things take, as text: operators, attributes and shapes; neither names nor weights. */
final class Shapes {
    /* Integers up to this many are parameters such as axes, not weights. */
    private static final int FEW = 16;

    private Shapes() {}

    /** Operators, attributes, and the shapes of everything that a group reads and gives. */
    static String of(Group g, Map<String, TensorType> types) {
        StringBuilder b = new StringBuilder(operator(g.node()));
        g.node().presentInputs().forEach(v -> b.append(' ').append(of(v, types)));
        for (Node l : g.limits()) {
            b.append(" +").append(l.type());
        }
        return b.append(" > ").append(of(g.output(), types)).toString();
    }

    /** Element type and shape of a value. */
    static String of(Value v, Map<String, TensorType> types) {
        TensorType t = types.get(v.name());
        return t == null ? "?" : t.dtype() + t.shape().toString();
    }

    private static String operator(Node n) {
        StringBuilder b = new StringBuilder(n.domain().isEmpty() ? n.type() : n.domain() + "." + n.type());
        new TreeMap<>(n.attributes()).forEach((k, a) -> {
            if (!(a instanceof Attribute.Foreign) && !(a instanceof Attribute.Dense)) {
                b.append(' ').append(k).append('=').append(text(a));
            }
        });
        return b.toString().replaceAll("\\s", " ");
    }

    private static String text(Attribute a) {
        if (a instanceof Attribute.Int i) {
            return Long.toString(i.value());
        }
        if (a instanceof Attribute.Ints i) {
            return i.values().toString();
        }
        return a.toString();
    }

    /** Identifies everything that timing depends on in a network: its nodes and how they hang together. */
    static String structure(Graph graph, Map<String, TensorType> types, String context) {
        StringBuilder b = new StringBuilder(context).append('\n');
        Map<Value, Integer> numbers = new HashMap<>();
        graph.requiredInputs().forEach(v -> describe(v, numbers, types, b));
        for (Node n : graph.nodes()) {
            b.append(operator(n));
            for (int i = 0; i < n.inputCount(); i++) {
                b.append(' ');
                n.input(i).ifPresent(v -> describe(v, numbers, types, b));
            }
            b.append(" >");
            n.presentOutputs().forEach(v -> describe(v, numbers, types, b));
            b.append('\n');
        }
        graph.outputs().forEach(v -> describe(v, numbers, types, b));
        return hash(b.toString());
    }

    private static void describe(Value v, Map<Value, Integer> numbers, Map<String, TensorType> types, StringBuilder b) {
        int known = numbers.size();
        int number = numbers.computeIfAbsent(v, k -> known);
        b.append('#').append(number);
        if (number == known) {
            b.append(':').append(of(v, types));
            v.constant().filter(Shapes::isParameter).ifPresent(t -> b.append(content(t)));
        }
    }

    private static boolean isParameter(Tensor t) {
        return t.elements() == 1 || (t.elements() <= FEW && t.dtype() != DType.FLOAT);
    }

    private static String content(Tensor t) {
        long bytes = t.storage().byteSize();
        byte[] copy = new byte[(int) bytes];
        t.storage().slice(0, copy.length).get(copy);
        return "=" + HexFormat.of().formatHex(copy);
    }

    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
