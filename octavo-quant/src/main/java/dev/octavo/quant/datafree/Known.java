package dev.octavo.quant.datafree;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** What is known so far while a graph is walked through: laws of values, shapes, constants. */
final class Known {
    private final Map<String, TensorType> types;
    private final Map<String, Law> laws = new HashMap<>();
    private final Map<String, String> reasons = new HashMap<>();

    Known(Map<String, TensorType> types) {
        this.types = types;
    }

    void put(Value v, Law law) {
        laws.put(v.name(), law);
    }

    void cannotTell(Value v, String because) {
        reasons.put(v.name(), because);
    }

    void forget(Value v) {
        laws.remove(v.name());
    }

    boolean has(Value v) {
        return laws.containsKey(v.name());
    }

    /** The values of which there is no law, with the reason. */
    Map<String, String> reasons() {
        return Map.copyOf(reasons);
    }

    /** Why there is no law of a value. */
    String reason(String value) {
        return reasons.getOrDefault(value, "nothing in the network tells");
    }

    /** The law of input {@code i}; what is not known there is not known here either, and for the same reason. */
    Law law(Node n, int i) throws NotKnownException {
        Value v = n.input(i).orElseThrow(() -> new NotKnownException(n.label() + " lacks input " + i));
        Law law = laws.get(v.name());
        if (law == null) {
            throw new NotKnownException(
                    v.constant().isPresent() ? n.label() + " reads constants alone" : reason(v.name()));
        }
        return law;
    }

    Optional<Shape> shape(Value v) {
        TensorType known = types.get(v.name());
        return known != null ? Optional.of(known.shape()) : v.type().map(TensorType::shape);
    }

    /** The shape of a value, every extent of it. */
    Shape fullShape(Value v) throws NotKnownException {
        return shape(v).filter(Shape::isKnown)
                .orElseThrow(() -> new NotKnownException("the shape of '" + v.name() + "' is not known"));
    }

    int rank(Value v) throws NotKnownException {
        return shape(v).map(Shape::rank)
                .orElseThrow(() -> new NotKnownException("the shape of '" + v.name() + "' is not known"));
    }

    /** An axis as ONNX writes it, counted from the first. */
    static int axis(long axis, int rank) {
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /** Whole numbers from an attribute or, in later operator sets, from a constant input; empty when neither is there. */
    static Optional<long[]> integers(Node n, String attribute, int input) throws NotKnownException {
        if (n.attribute(attribute).orElse(null) instanceof Attribute.Ints ints) {
            return Optional.of(ints.values().stream().mapToLong(Long::longValue).toArray());
        }
        Optional<Value> v = n.input(input);
        if (v.isEmpty()) {
            return Optional.empty();
        }
        Tensor t = v.get()
                .constant()
                .orElseThrow(() -> new NotKnownException("'" + v.get().name() + "' of " + n.label() + " is computed"));
        return Optional.of(
                t.dtype() == DType.INT64
                        ? t.longs()
                        : java.util.Arrays.stream(t.codes()).asLongStream().toArray());
    }

    static long integer(Node n, String attribute, long unlessSaid) {
        return n.attribute(attribute).orElse(null) instanceof Attribute.Int i ? i.value() : unlessSaid;
    }

    static double real(Node n, String attribute, double unlessSaid) {
        return n.attribute(attribute).orElse(null) instanceof Attribute.Real r ? r.value() : unlessSaid;
    }

    static String text(Node n, String attribute, String unlessSaid) {
        return n.attribute(attribute).orElse(null) instanceof Attribute.Text t ? t.value() : unlessSaid;
    }

    static long product(List<Long> extents) {
        return LongStream.concat(LongStream.of(1), extents.stream().mapToLong(Long::longValue))
                .reduce(1, (a, b) -> a * b);
    }
}
