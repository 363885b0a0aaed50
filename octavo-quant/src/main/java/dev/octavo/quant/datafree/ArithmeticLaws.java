package dev.octavo.quant.datafree;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;

/**
 * Operators of two operands.
 *
 * <p>With a constant, or when both operands are functions of the same Z, exact. Of independent operands the first two
 * moments are:
 *
 * <pre>
 *   x ± y   mean μx ± μy    variance σx² + σy²
 *   x · y   mean μx·μy      variance (σx² + μx²)(σy² + μy²) − (μx·μy)²
 * </pre>
 *
 * <p>The shape is that of both moving together, drawn to those moments; of normal summands it is the normal one.
 */
final class ArithmeticLaws {
    private static final Map<String, DoubleBinaryOperator> FUNCTIONS = Map.of(
            "Add", (a, b) -> a + b,
            "Sub", (a, b) -> a - b,
            "Mul", (a, b) -> a * b,
            "Div", (a, b) -> a / b,
            "Min", Math::min,
            "Max", Math::max,
            "Pow", Math::pow);

    private ArithmeticLaws() {}

    static boolean knows(Node n) {
        return (FUNCTIONS.containsKey(n.type()) && n.inputCount() == 2) || n.is("PRelu");
    }

    static Law of(Node n, Known known) throws NotKnownException {
        Optional<Tensor> first = constant(n, 0);
        Optional<Tensor> second = constant(n, 1);
        DoubleBinaryOperator f =
                n.is("PRelu") ? (x, slope) -> x < 0 ? slope * x : x : FUNCTIONS.getOrDefault(n.type(), (a, b) -> a);
        if (second.isPresent()) {
            return withConstant(known.law(n, 0), n.input(0).orElseThrow(), second.get(), f, known);
        }
        if (first.isPresent() && !n.is("PRelu")) {
            return withConstant(
                    known.law(n, 1),
                    n.input(1).orElseThrow(),
                    first.get(),
                    (x, constant) -> f.applyAsDouble(constant, x),
                    known);
        }
        return ofTwo(n, known.law(n, 0), known.law(n, 1), f);
    }

    private static Optional<Tensor> constant(Node n, int i) {
        return n.input(i).flatMap(Value::constant);
    }

    private static Law withConstant(Law x, Value v, Tensor constant, DoubleBinaryOperator f, Known known)
            throws NotKnownException {
        if (constant.dtype() != DType.FLOAT) {
            throw new NotKnownException("an operand of what gives '" + v.name() + "' on is not of floats");
        }
        float[] k = constant.floats();
        if (k.length == 1) {
            return x.map(a -> f.applyAsDouble(a, k[0]));
        }
        int place = x.axis() - known.rank(v) + constant.shape().rank();
        if (x.axis() == Law.NONE
                || k.length != x.channels()
                || place < 0
                || place >= constant.shape().rank()
                || constant.shape().dim(place) != k.length) {
            throw new NotKnownException("'" + v.name() + "' meets a constant of shape " + constant.shape()
                    + ", not one number per channel");
        }
        return x.map((c, a) -> f.applyAsDouble(a, k[c]));
    }

    private static Law ofTwo(Node n, Law one, Law other, DoubleBinaryOperator f) throws NotKnownException {
        Law x = spread(one, other);
        Law y = spread(other, one);
        if (x.channels() != y.channels() || x.axis() != y.axis()) {
            throw new NotKnownException("the operands of " + n.label() + " have their channels along different axes");
        }
        double[][] out = new double[x.channels()][Law.NODES];
        for (int c = 0; c < out.length; c++) {
            for (int i = 0; i < Law.NODES; i++) {
                out[c][i] = f.applyAsDouble(x.at()[c][i], y.at()[c][i]);
            }
        }
        if (one.source() == other.source()) {
            return new Law(one.source(), x.axis(), out);
        }
        return independent(n, x, y, new Law(new Object(), x.axis(), out));
    }

    private static Law spread(Law x, Law like) {
        if (x.axis() != Law.NONE || like.axis() == Law.NONE) {
            return x;
        }
        return new Law(
                x.source(), like.axis(), x.select(new int[like.channels()]).at());
    }

    /* Draws the law of both moving together to the moments of independence. */
    private static Law independent(Node n, Law x, Law y, Law together) throws NotKnownException {
        double[][] out = together.at().clone();
        for (int c = 0; c < out.length; c++) {
            double mx = x.mean(c);
            double my = y.mean(c);
            double vx = x.variance(c);
            double vy = y.variance(c);
            double mean;
            double variance;
            if (n.is("Mul")) {
                mean = mx * my;
                variance = (vx + mx * mx) * (vy + my * my) - mean * mean;
            } else if (n.is("Add") || n.is("Sub")) {
                mean = n.is("Add") ? mx + my : mx - my;
                variance = vx + vy;
            } else {
                throw new NotKnownException(n.label() + " is no sum and no product of two computed values");
            }
            double[] shape = n.is("Sub") ? sum(x, y, c, mx, my) : together.at()[c];
            double floor = n.is("Mul") && x.least(c) >= 0 && y.least(c) >= 0 ? 0 : Double.NEGATIVE_INFINITY;
            out[c] = drawn(new Law(new Object(), 0, new double[][] {shape}), mean, variance, floor);
        }
        return new Law(new Object(), together.axis(), out);
    }

    /* A difference has the shape of a sum with the mirror image; about the means both widen alike. */
    private static double[] sum(Law x, Law y, int c, double mx, double my) {
        double[] shape = new double[Law.NODES];
        for (int i = 0; i < Law.NODES; i++) {
            shape[i] = x.at()[c][i] - mx - (y.at()[c][Law.NODES - 1 - i] - my);
        }
        return shape;
    }

    private static double[] drawn(Law shape, double mean, double variance, double floor) {
        double from = shape.mean(0);
        double width = Math.sqrt(shape.variance(0));
        double factor = width <= 0 ? 0 : Math.sqrt(Math.max(0, variance)) / width;
        return shape.map(x -> Math.max(floor, mean + factor * (x - from))).at()[0];
    }
}
