package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.ort.OrtStopwatch.Profile;
import dev.octavo.ort.cost.Origins.Origin;
import dev.octavo.quant.target.Group;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings the times of the nodes that ONNX Runtime really ran back to the groups and values of the
 * graph they came from. What has no origin, such as a change of layout, goes to the border beside it, or
 * else to the kernel whose result it turns.
 */
final class Attribution {
    private static final int FAR = 6;

    private final Map<Node, Origin> origins = new HashMap<>();
    private final Map<Group, Double> groups = new HashMap<>();
    private final Map<String, Double> quantize = new HashMap<>();
    private final Map<String, Double> dequantize = new HashMap<>();
    private double lost;

    private Attribution() {}

    /** The times of a profile by group and border. */
    static Attribution of(Profile profile, List<Group> groups) {
        Attribution a = new Attribution();
        Origins named = new Origins(groups);
        Graph g = profile.optimized();
        for (Node n : g.nodes()) {
            named.of(n).ifPresent(o -> a.origins.put(n, o));
        }
        for (Node n : g.nodes()) {
            Double t = profile.micros().get(n.name());
            if (t != null) {
                a.charge(a.originOf(n), t);
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

    private Optional<Origin> originOf(Node n) {
        Origin own = origins.get(n);
        if (own != null) {
            return Optional.of(own);
        }
        Optional<Origin> up = upstream(n, 0);
        Optional<Origin> down = downstream(n, 0);
        if (up.filter(o -> o instanceof Origin.OfBorder).isPresent()) {
            return up;
        }
        if (down.filter(o -> o instanceof Origin.OfBorder).isPresent()) {
            return down;
        }
        return up.or(() -> down);
    }

    private Optional<Origin> upstream(Node n, int steps) {
        Optional<Node> before = n.input(0).flatMap(Value::producer);
        if (before.isEmpty() || steps > FAR) {
            return Optional.empty();
        }
        Origin o = origins.get(before.get());
        return o != null ? Optional.of(o) : upstream(before.get(), steps + 1);
    }

    private Optional<Origin> downstream(Node n, int steps) {
        if (steps > FAR || n.presentOutputs().isEmpty()) {
            return Optional.empty();
        }
        for (Use u : n.output().uses()) {
            Origin o = origins.get(u.node());
            Optional<Origin> found = o != null ? Optional.of(o) : downstream(u.node(), steps + 1);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private void charge(Optional<Origin> origin, double micros) {
        if (origin.isEmpty()) {
            lost += micros;
        } else if (origin.get() instanceof Origin.OfGroup g) {
            groups.merge(g.group(), micros, Double::sum);
        } else if (origin.get() instanceof Origin.OfBorder b) {
            (b.quantizes() ? quantize : dequantize).merge(b.value(), micros, Double::sum);
        }
    }
}
