package dev.octavo.analysis.check;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which part of the range of coordinates counts. GridSample with zeros around the picture gives nothing for coordinates
 * beyond [-1 - 1/n, 1 + 1/n], n pixels across, so whatever lies outside may as well lie at the end of that. From there the
 * part that counts is followed back, through sums and products with what is known, to where the coordinates come from.
 *
 * @param sampler the GridSample
 * @param chain the values that hold coordinates, from the sampler's input back to their origin, with the part that
 *     counts as far as it is known
 * @param pixels the longer side of what is sampled
 */
record Demand(Node sampler, Map<Value, Optional<Interval>> chain, long pixels) {
    private static final int LONGEST = 32;

    /** The demands of all samplers of a graph. */
    static List<Demand> of(Subject s) {
        List<Demand> all = new ArrayList<>();
        for (Node n : s.graph().nodes()) {
            Optional<Shape> map = n.is("GridSample") ? n.input(0).flatMap(s::shape) : Optional.empty();
            boolean zeros = !(n.attribute("padding_mode").orElse(null) instanceof Attribute.Text t)
                    || t.value().equals("zeros");
            if (map.isPresent() && n.input(1).isPresent() && zeros) {
                all.add(follow(s, n, map.get()));
            }
        }
        return all;
    }

    private static Demand follow(Subject s, Node sampler, Shape map) {
        long least = Long.MAX_VALUE;
        long most = 1;
        for (int i = 2; i < map.rank(); i++) {
            least = Math.min(least, Math.max(1, map.dim(i)));
            most = Math.max(most, map.dim(i));
        }
        double edge = 1 + (least == Long.MAX_VALUE ? 1 : 1.0 / least);
        Map<Value, Optional<Interval>> chain = new LinkedHashMap<>();
        Value at = sampler.input(1).orElseThrow();
        Optional<Interval> need = Optional.of(new Interval(-edge, edge, "GridSample"));
        for (int i = 0; i < LONGEST; i++) {
            chain.put(at, need);
            Optional<Node> giver = at.producer();
            Optional<Value> before = giver.flatMap(n -> origin(s, n));
            if (before.isEmpty()) {
                break;
            }
            Node n = giver.get();
            need = Subject.moves(n) ? need : need.flatMap(wanted -> back(s, n, before.get(), wanted));
            at = before.get();
        }
        return new Demand(sampler, chain, most);
    }

    /* The operand that the coordinates come from: the input of a network if one leads there, else the first. */
    private static Optional<Value> origin(Subject s, Node n) {
        if (Subject.moves(n)) {
            return n.input(0);
        }
        if (!n.domain().isEmpty() || !List.of("Add", "Sub", "Mul", "Div").contains(n.type())) {
            return Optional.empty();
        }
        List<Value> moving = n.presentInputs().stream()
                .filter(v -> s.constantRange(v).isEmpty())
                .toList();
        return moving.stream()
                .filter(v -> comesFromInput(v, LONGEST))
                .findFirst()
                .or(() -> moving.stream().findFirst());
    }

    private static boolean comesFromInput(Value v, int depth) {
        if (v.isGraphInput()) {
            return true;
        }
        return depth > 0
                && v.producer()
                        .filter(n -> Subject.moves(n)
                                || List.of("Add", "Sub", "Mul", "Div").contains(n.type()))
                        .map(n -> n.presentInputs().stream().anyMatch(i -> comesFromInput(i, depth - 1)))
                        .orElse(false);
    }

    /* What counts of one operand, for what counts of the result and all that the other operand can be. */
    private static Optional<Interval> back(Subject s, Node n, Value operand, Interval wanted) {
        boolean first = n.input(0).filter(v -> v == operand).isPresent();
        Optional<Interval> other =
                n.input(first ? 1 : 0).flatMap(v -> s.constantRange(v).or(() -> s.range(v)));
        if (other.isEmpty()) {
            return Optional.empty();
        }
        Interval o = other.get();
        String from = wanted.from();
        return switch (n.type()) {
            case "Add" -> Optional.of(new Interval(wanted.low() - o.high(), wanted.high() - o.low(), from));
            case "Sub" ->
                Optional.of(
                        first
                                ? new Interval(wanted.low() + o.low(), wanted.high() + o.high(), from)
                                : new Interval(o.low() - wanted.high(), o.high() - wanted.low(), from));
            case "Mul" ->
                o.low() > 0
                        ? Optional.of(new Interval(
                                Math.min(wanted.low() / o.low(), wanted.low() / o.high()),
                                Math.max(wanted.high() / o.low(), wanted.high() / o.high()),
                                from))
                        : Optional.empty();
            default ->
                first && o.low() > 0
                        ? Optional.of(new Interval(
                                Math.min(wanted.low() * o.low(), wanted.low() * o.high()),
                                Math.max(wanted.high() * o.low(), wanted.high() * o.high()),
                                from))
                        : Optional.empty();
        };
    }

    /** The value that the coordinates come from. */
    Value root() {
        List<Value> all = List.copyOf(chain.keySet());
        return all.get(all.size() - 1);
    }
}
