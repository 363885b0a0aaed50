package dev.octavo.quant.datafree;

import dev.octavo.core.graph.Node;
import dev.octavo.core.op.Clip;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** Operators that work on each element by itself: exact, for the function of Z is simply followed by another. */
final class PointwiseLaws {
    private static final Map<String, Function<Node, DoubleUnaryOperator>> FUNCTIONS = Map.ofEntries(
            Map.entry("LeakyRelu", n -> leaky(Known.real(n, "alpha", 0.01))),
            Map.entry("Elu", n -> elu(Known.real(n, "alpha", 1))),
            Map.entry("Sigmoid", n -> PointwiseLaws::sigmoid),
            Map.entry("HardSigmoid", n -> hardSigmoid(Known.real(n, "alpha", 0.2), Known.real(n, "beta", 0.5))),
            Map.entry("HardSwish", n -> x -> x * hardSigmoid(1.0 / 6, 0.5).applyAsDouble(x)),
            Map.entry("Tanh", n -> Math::tanh),
            Map.entry("Erf", n -> PointwiseLaws::erf),
            Map.entry("Gelu", PointwiseLaws::gelu),
            Map.entry("Softplus", n -> PointwiseLaws::softplus),
            Map.entry("Mish", n -> x -> x * Math.tanh(softplus(x))),
            Map.entry("Exp", n -> Math::exp),
            Map.entry("Abs", n -> Math::abs),
            Map.entry("Neg", n -> x -> -x));

    private PointwiseLaws() {}

    static boolean knows(Node n) {
        return FUNCTIONS.containsKey(n.type()) || n.is("Relu") || n.is("Clip");
    }

    static Law of(Node n, Known known) throws NotKnownException {
        Law x = known.law(n, 0);
        Function<Node, DoubleUnaryOperator> f = FUNCTIONS.get(n.type());
        if (f != null) {
            return x.map(f.apply(n));
        }
        Optional<Clip> clip = Clip.of(n);
        if (clip.isEmpty()) {
            throw new NotKnownException("the limits of " + n.label() + " are computed");
        }
        double low = clip.get().low();
        double high = clip.get().high();
        return x.map(v -> Math.max(low, Math.min(high, v)));
    }

    private static DoubleUnaryOperator leaky(double alpha) {
        return x -> x < 0 ? alpha * x : x;
    }

    private static DoubleUnaryOperator elu(double alpha) {
        return x -> x < 0 ? alpha * Math.expm1(x) : x;
    }

    private static DoubleUnaryOperator hardSigmoid(double alpha, double beta) {
        return x -> Math.max(0, Math.min(1, alpha * x + beta));
    }

    private static DoubleUnaryOperator gelu(Node n) {
        return Known.text(n, "approximate", "none").equals("tanh")
                ? x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))
                : x -> x * Normal.below(x);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static double erf(double x) {
        return 2 * Normal.below(x * Math.sqrt(2)) - 1;
    }
}
