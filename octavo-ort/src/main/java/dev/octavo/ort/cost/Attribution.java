package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.ort.OrtStopwatch.Profile;
import dev.octavo.quant.target.Group;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings the times of the nodes that ONNX Runtime really ran back to the groups and values of the
 * graph they came from. Fused kernels keep their first node's name (with a {@code _token_N} behind
 * it), float convolutions in blocked layout are named after their output with {@code _nchwc}, Q and DQ
 * nodes keep the names that lowering gave them, layout changes are nobody's: they go to the border
 * beside them, or else to the kernel whose result they turn.
 */
final class Attribution {
    private static final Pattern TOKEN = Pattern.compile("_token_\\d+$");
    private static final Pattern BORDER = Pattern.compile("(.*)_(QuantizeLinear|DequantizeLinear)(_\\d+)?$");
    private static final int FAR = 6;

    private final Map<String, Group> byNode = new HashMap<>();
    private final Map<String, Group> byOutput = new HashMap<>();
    private final Map<Node, Owner> owners = new HashMap<>();
    private final Map<Group, Double> groups = new HashMap<>();
    private final Map<String, Double> quantize = new HashMap<>();
    private final Map<String, Double> dequantize = new HashMap<>();
    private double lost;

    /** A group, or the border at a value. */
    private sealed interface Owner {
        record OfGroup(Group group) implements Owner {}

        record OfBorder(String value, boolean quantizes) implements Owner {}
    }

    private Attribution(List<Group> all) {
        for (Group g : all) {
            for (Node n : concat(g)) {
                if (!n.name().isEmpty()) {
                    byNode.put(n.name(), g);
                }
                n.presentOutputs().forEach(v -> byOutput.put(v.name(), g));
            }
        }
    }

    private static List<Node> concat(Group g) {
        java.util.ArrayList<Node> nodes = new java.util.ArrayList<>(g.limits());
        nodes.add(0, g.node());
        return nodes;
    }

    /** The times of a profile by group and border. */
    static Attribution of(Profile profile, List<Group> groups) {
        Attribution a = new Attribution(groups);
        Graph g = profile.optimized();
        for (Node n : g.nodes()) {
            a.direct(n).ifPresent(o -> a.owners.put(n, o));
        }
        for (Node n : g.nodes()) {
            Double t = profile.micros().get(n.name());
            if (t != null) {
                a.charge(a.ownerOf(n), t);
            }
        }
        return a;
    }

    /** Microseconds of a group; 0 if nothing was left of it. */
    double micros(Group g) {
        return groups.getOrDefault(g, 0.0);
    }

    /** Microseconds of turning a value into codes, if that was seen. */
    Optional<Double> quantize(String value) {
        return Optional.ofNullable(quantize.get(value));
    }

    /** Microseconds of turning a value's codes into floats, if that was seen. */
    Optional<Double> dequantize(String value) {
        return Optional.ofNullable(dequantize.get(value));
    }

    /** Microseconds that could not be attributed. */
    double lost() {
        return lost;
    }

    /** The group that a node of an optimized graph computes, if it is one of a group's. */
    static Optional<Group> groupOf(Node optimized, List<Group> groups) {
        Optional<Owner> owner = new Attribution(groups).direct(optimized);
        return owner.isPresent() && owner.get() instanceof Owner.OfGroup g ? Optional.of(g.group()) : Optional.empty();
    }

    private Optional<Owner> direct(Node n) {
        String name = TOKEN.matcher(n.name()).replaceFirst("");
        if (n.type().equals("QuantizeLinear") || n.type().equals("DequantizeLinear")) {
            Matcher m = BORDER.matcher(name);
            return m.matches()
                    ? Optional.of(new Owner.OfBorder(m.group(1), m.group(2).equals("QuantizeLinear")))
                    : Optional.empty();
        }
        if (n.type().startsWith("Reorder") || (n.type().equals("Transpose") && !byNode.containsKey(name))) {
            return Optional.empty();
        }
        if (name.endsWith("_nchwc")) {
            Group g = byOutput.get(name.substring(0, name.length() - 6));
            if (g != null) {
                return Optional.of(new Owner.OfGroup(g));
            }
        }
        Group named = byNode.get(name);
        if (named != null) {
            return Optional.of(new Owner.OfGroup(named));
        }
        for (Value v : n.presentOutputs()) {
            Group g = byOutput.get(v.name());
            if (g != null) {
                return Optional.of(new Owner.OfGroup(g));
            }
        }
        return Optional.empty();
    }

    private Optional<Owner> ownerOf(Node n) {
        Owner own = owners.get(n);
        if (own != null) {
            return Optional.of(own);
        }
        Optional<Owner> up = upstream(n, 0);
        Optional<Owner> down = downstream(n, 0);
        if (up.filter(o -> o instanceof Owner.OfBorder).isPresent()) {
            return up;
        }
        if (down.filter(o -> o instanceof Owner.OfBorder).isPresent()) {
            return down;
        }
        return up.or(() -> down);
    }

    private Optional<Owner> upstream(Node n, int steps) {
        Optional<Node> before = n.input(0).flatMap(Value::producer);
        if (before.isEmpty() || steps > FAR) {
            return Optional.empty();
        }
        Owner o = owners.get(before.get());
        return o != null ? Optional.of(o) : upstream(before.get(), steps + 1);
    }

    private Optional<Owner> downstream(Node n, int steps) {
        if (steps > FAR || n.presentOutputs().isEmpty()) {
            return Optional.empty();
        }
        for (Use u : n.output().uses()) {
            Owner o = owners.get(u.node());
            Optional<Owner> found = o != null ? Optional.of(o) : downstream(u.node(), steps + 1);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private void charge(Optional<Owner> owner, double micros) {
        if (owner.isEmpty()) {
            lost += micros;
        } else if (owner.get() instanceof Owner.OfGroup g) {
            groups.merge(g.group(), micros, Double::sum);
        } else if (owner.get() instanceof Owner.OfBorder b) {
            (b.quantizes() ? quantize : dequantize).merge(b.value(), micros, Double::sum);
        }
    }
}
