package dev.octavo.analysis.check;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.rewrite.SteadyValue;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * What the graph alone tells of ranges: a Sigmoid gives [0, 1], a constant what it holds, and sums, products and joins of
 * such values follow by interval arithmetic. Values that depend on data alone are not in here.
 */
final class Bounds {
    private static final long MOST_ELEMENTS = 1 << 20;

    private final Map<String, Interval> known = new HashMap<>();

    private Bounds() {}

    /**
     * The ranges of a graph.
     *
     * @param told what the user knows of inputs and values
     */
    static Bounds of(Graph graph, Map<String, Interval> told) {
        Bounds b = new Bounds();
        b.known.putAll(told);
        for (Value v : graph.values()) {
            if (v.producer().isEmpty() && !told.containsKey(v.name())) {
                b.constant(v);
            }
        }
        for (Node n : graph.nodes()) {
            if (n.domain().isEmpty()
                    && n.presentOutputs().size() == 1
                    && !told.containsKey(n.output().name())) {
                b.node(n)
                        .filter(Interval::isFinite)
                        .ifPresent(i -> b.known.put(n.output().name(), i));
            }
        }
        return b;
    }

    Optional<Interval> of(Value v) {
        return Optional.ofNullable(known.get(v.name()));
    }

    private void constant(Value v) {
        SteadyValue.of(v)
                .filter(t -> t.elements() > 0 && t.elements() <= MOST_ELEMENTS)
                .flatMap(Bounds::range)
                .ifPresent(i -> known.put(v.name(), i));
    }

    private static Optional<Interval> range(Tensor t) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (float x : t.floats()) {
            low = Math.min(low, x);
            high = Math.max(high, x);
        }
        return low <= high ? Optional.of(new Interval(low, high, "the constant")) : Optional.empty();
    }

    private Optional<Interval> in(Node n, int i) {
        return n.input(i).flatMap(this::of);
    }

    private Optional<Interval> node(Node n) {
        String from = n.type();
        Optional<Clip> clip = Clip.of(n);
        if (clip.isPresent()) {
            double low = in(n, 0).map(Interval::low).orElse(Double.NEGATIVE_INFINITY);
            double high = in(n, 0).map(Interval::high).orElse(Double.POSITIVE_INFINITY);
            double least = Math.min(clip.get().high(), Math.max(clip.get().low(), low));
            double most = Math.max(
                    least, Math.min(clip.get().high(), Math.max(clip.get().low(), high)));
            return Optional.of(new Interval(least, most, from));
        }
        return switch (n.type()) {
            case "Constant" -> SteadyValue.of(n.output()).flatMap(Bounds::range);
            case "Sigmoid", "Softmax", "HardSigmoid" -> Optional.of(narrowed(n, 0, 1));
            case "Tanh", "Sin", "Cos", "Erf" -> Optional.of(narrowed(n, -1, 1));
            case "Add", "Sub", "Mul", "Div" -> arithmetic(n);
            case "Neg" -> in(n, 0).map(i -> new Interval(-i.high(), -i.low(), from));
            case "Exp" -> monotone(n, Math::exp);
            case "Log" -> in(n, 0).filter(i -> i.low() > 0).isPresent() ? monotone(n, Math::log) : Optional.empty();
            case "Sqrt" -> in(n, 0).filter(i -> i.low() >= 0).isPresent() ? monotone(n, Math::sqrt) : Optional.empty();
            case "Concat" -> join(n);
            case "ReduceMean", "ReduceMax", "ReduceMin", "GlobalAveragePool", "MaxPool", "GlobalMaxPool" -> in(n, 0);
            case "AveragePool", "Pad", "GridSample" -> in(n, 0).map(i -> withZero(i, n.type()));
            case "Resize" -> in(n, 0).filter(i -> !isCubic(n));
            default -> OpCatalog.of(n).kind() == OpKind.PASSES_THROUGH ? in(n, 0) : Optional.empty();
        };
    }

    private static boolean isCubic(Node n) {
        return n.attribute("mode").orElse(null) instanceof dev.octavo.core.graph.Attribute.Text t
                && t.value().equals("cubic");
    }

    private static Interval withZero(Interval i, String from) {
        return new Interval(Math.min(0, i.low()), Math.max(0, i.high()), from);
    }

    /* The range of a function onto [low, high]; where its input is known to be small, still that. */
    private static Interval narrowed(Node n, double low, double high) {
        return new Interval(low, high, n.type());
    }

    private Optional<Interval> monotone(Node n, DoubleUnaryOperator f) {
        return in(n, 0).map(
                        i -> new Interval(f.applyAsDouble(i.low()), f.applyAsDouble(i.high()), n.type() + " of " + i));
    }

    private Optional<Interval> join(Node n) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Value v : n.presentInputs()) {
            Optional<Interval> i = of(v);
            if (i.isEmpty()) {
                return Optional.empty();
            }
            low = Math.min(low, i.get().low());
            high = Math.max(high, i.get().high());
        }
        return low <= high ? Optional.of(new Interval(low, high, n.type())) : Optional.empty();
    }

    private Optional<Interval> arithmetic(Node n) {
        Optional<Interval> one = in(n, 0);
        Optional<Interval> other = in(n, 1);
        if (one.isEmpty() || other.isEmpty()) {
            return Optional.empty();
        }
        Interval a = one.get();
        Interval b = other.get();
        if (n.is("Div") && b.low() <= 0 && b.high() >= 0) {
            return Optional.empty();
        }
        double[] ends = switch (n.type()) {
            case "Add" -> new double[] {a.low() + b.low(), a.high() + b.high()};
            case "Sub" -> new double[] {a.low() - b.high(), a.high() - b.low()};
            case "Mul" -> new double[] {a.low() * b.low(), a.low() * b.high(), a.high() * b.low(), a.high() * b.high()};
            default -> new double[] {a.low() / b.low(), a.low() / b.high(), a.high() / b.low(), a.high() / b.high()};
        };
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double e : ends) {
            low = Math.min(low, e);
            high = Math.max(high, e);
        }
        return low <= high
                ? Optional.of(new Interval(low, high, n.type() + " of " + a + " and " + b))
                : Optional.empty();
    }
}
