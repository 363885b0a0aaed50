package dev.octavo.ort.cost;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.quant.target.Group;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Knows where the nodes of the graph that ONNX Runtime really runs come from. Fused kernels keep their
 * first node's name (with {@code _token_N} or {@code _quant} behind it), float kernels in blocked layout are
 * named after their output with {@code _nchwc}, Q and DQ nodes keep the names that lowering gave them.
 */
final class Origins {
    private static final Pattern ADDED = Pattern.compile("(_token_\\d+|_quant|/duplicated|/MatMulAddFusion)+$");
    private static final Pattern BORDER = Pattern.compile("(.*)_(QuantizeLinear|DequantizeLinear)(_\\d+)?$");
    private static final String BLOCKED = "_nchwc";
    private static final int FAR = 4;

    private final Map<String, Group> byNode = new HashMap<>();
    private final Map<String, Group> byOutput = new HashMap<>();

    /** What a node was made of: a group, or the border at a value. */
    sealed interface Origin {
        /** The node computes a group. */
        record OfGroup(Group group) implements Origin {}

        /** The node turns a value into codes or back. */
        record OfBorder(String value, boolean quantizes) implements Origin {}
    }

    Origins(List<Group> all) {
        for (Group g : all) {
            add(g.node(), g);
            g.limits().forEach(n -> add(n, g));
        }
    }

    private void add(Node n, Group g) {
        if (!n.name().isEmpty()) {
            byNode.put(n.name(), g);
        }
        n.presentOutputs().forEach(v -> byOutput.put(v.name(), g));
    }

    /** The origin of a node, if its names tell it; layout changes are nobody's. */
    Optional<Origin> of(Node n) {
        String name = ADDED.matcher(n.name()).replaceFirst("");
        if (n.type().equals("QuantizeLinear") || n.type().equals("DequantizeLinear")) {
            Matcher m = BORDER.matcher(name);
            return m.matches()
                    ? Optional.of(new Origin.OfBorder(m.group(1), m.group(2).equals("QuantizeLinear")))
                    : Optional.empty();
        }
        if (n.type().startsWith("Reorder") || (n.type().equals("Transpose") && !byNode.containsKey(name))) {
            return Optional.empty();
        }
        return group(n, name).map(g -> n.type().contains("Conv") ? layer(g) : g).map(Origin.OfGroup::new);
    }

    /*
     * A convolution that took in what multiplies or adds behind it is named after that; the time is the layer's own, which
     * would seem to cost nothing otherwise.
     */
    private Group layer(Group named) {
        Node at = named.node();
        for (int i = 0; i < FAR && Weighted.of(at).isEmpty(); i++) {
            Optional<Node> before = at.presentInputs().stream()
                    .flatMap(v -> v.producer().stream())
                    .filter(p -> !p.is("Constant"))
                    .findFirst();
            if (before.isEmpty()) {
                return named;
            }
            at = before.get();
        }
        Group found = byNode.get(at.name());
        return Weighted.of(at).isPresent() && found != null ? found : named;
    }

    private Optional<Group> group(Node n, String name) {
        if (name.endsWith(BLOCKED)) {
            Group g = byOutput.get(name.substring(0, name.length() - BLOCKED.length()));
            if (g != null) {
                return Optional.of(g);
            }
        }
        Group named = byNode.get(name);
        if (named != null) {
            return Optional.of(named);
        }
        return n.presentOutputs().stream()
                .map(Value::name)
                .filter(byOutput::containsKey)
                .findFirst()
                .map(byOutput::get);
    }
}
