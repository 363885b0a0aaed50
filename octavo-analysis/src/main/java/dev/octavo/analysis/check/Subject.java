package dev.octavo.analysis.check;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.SteadyValue;
import dev.octavo.quant.target.Group;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is checked.
 *
 * @param graph the float network after the rewrites
 * @param types element types and shapes with batch 1
 * @param groups all its groups
 * @param integer those meant to run in integers
 * @param obstacles why each other group is not
 * @param decided what is decided at each site
 * @param bounds what the graph tells of ranges
 * @param evidence what data say, if there are any
 * @param journal what the rewrites did and left alone
 * @param options what was asked for
 */
record Subject(
        Graph graph,
        Map<String, TensorType> types,
        List<Group> groups,
        Set<Group> integer,
        Map<Group, String> obstacles,
        Decided decided,
        Bounds bounds,
        Optional<Evidence> evidence,
        Journal journal,
        QuantizeOptions options) {

    /** The nodes that run in integers. */
    Set<Node> integerNodes() {
        Set<Node> nodes = new HashSet<>();
        for (Group g : integer) {
            nodes.add(g.node());
            nodes.addAll(g.limits());
        }
        return nodes;
    }

    /** The range of a value: of its grid if that is known, else what data saw, else what the graph tells. */
    Optional<Interval> range(Value v) {
        return decided.grid(v)
                .filter(g -> g.params().size() == 1)
                .map(g -> g.range(0))
                .map((Range r) -> new Interval(r.low(), r.high(), "its grid"))
                .or(() -> seen(v))
                .or(() -> bounds.of(v));
    }

    /** What data saw of a value. */
    Optional<Interval> seen(Value v) {
        return evidence.map(e -> e.values().get(v.name()))
                .map(ValueEvidence::histogram)
                .filter(h -> !h.isEmpty())
                .map(h -> new Interval(h.min(), h.max(), "the data"));
    }

    /** The range of a constant, seen through changes of its shape. */
    Optional<Interval> constantRange(Value v) {
        return SteadyValue.of(v).isPresent() ? bounds.of(SteadyValue.origin(v)) : Optional.empty();
    }

    Optional<Shape> shape(Value v) {
        return Optional.ofNullable(types.get(v.name())).or(v::type).map(TensorType::shape);
    }

    boolean isFloat(Value v) {
        return Optional.ofNullable(types.get(v.name()))
                .or(v::type)
                .map(t -> t.dtype() == DType.FLOAT)
                .orElse(false);
    }

    /** Number of elements, 0 if that is not known. */
    double elements(Value v) {
        return shape(v).filter(Shape::isKnown).map(s -> (double) s.elements()).orElse(0.0);
    }

    /** What computes a value, changes of its shape left out; empty for inputs and constants. */
    static Optional<Node> giver(Value v) {
        Value at = v;
        while (at.producer().isPresent() && moves(at.producer().get())) {
            at = at.producer().get().input(0).orElseThrow();
        }
        return at.producer();
    }

    static boolean moves(Node n) {
        return OpCatalog.of(n).kind() == OpKind.PASSES_THROUGH
                && n.input(0).isPresent()
                && !n.is("Resize")
                && !n.is("Pad")
                && !n.is("MaxPool")
                && !n.is("GlobalMaxPool");
    }

    /** A name for a recipe, quoted. */
    static String quoted(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
