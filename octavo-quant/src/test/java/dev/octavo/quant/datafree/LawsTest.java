package dev.octavo.quant.datafree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.BatchNormStatistics;
import dev.octavo.quant.rewrite.FoldBatchNorm;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LawsTest {
    private static final int DRAWN = 200_000;

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    static Stream<Arguments> activations() {
        return Stream.of(
                activation("Relu", x -> Math.max(0, x)),
                activation("Clip(0, 6)", x -> Math.max(0, Math.min(6, x))),
                activation("Clip(-0.5, 0.5)", x -> Math.max(-0.5, Math.min(0.5, x))),
                activation("LeakyRelu(; alpha=0.1)", x -> x < 0 ? 0.1 * x : x),
                activation("PRelu(s{0.25})", x -> x < 0 ? 0.25 * x : x),
                activation("Elu", x -> x < 0 ? Math.exp(x) - 1 : x),
                activation("Sigmoid", LawsTest::sigmoid),
                activation("HardSigmoid", x -> Math.max(0, Math.min(1, 0.2 * x + 0.5))),
                activation("HardSwish", x -> x * Math.max(0, Math.min(1, x / 6 + 0.5))),
                activation("Tanh", Math::tanh),
                activation(
                        "Gelu(; approximate=tanh)", x -> x * sigmoid(1.702 * x), 0.02), // another approximation of it
                activation("Gelu", x -> x / 2 * (1 + Math.tanh(0.79788456 * (x + 0.044715 * x * x * x))), 0.002),
                activation("Softplus", x -> Math.log(1 + Math.exp(x))),
                activation("Mish", x -> x * Math.tanh(Math.log(1 + Math.exp(x)))),
                activation("Exp", Math::exp),
                activation("Abs", Math::abs),
                activation("Neg", x -> -x),
                activation("Mul(k{-1.5})", x -> -1.5 * x),
                activation("Sub(k{2.0})", x -> x - 2),
                activation("Add(three{3.0}) -> Clip(0, 6) -> Div(six{6.0})", x -> Math.max(0, Math.min(6, x + 3)) / 6),
                activation(
                        "Div(r{1.41421356}) -> Erf", x -> Math.tanh(0.79788456 * (x + 0.044715 * x * x * x)), 0.002));
    }

    private static Arguments activation(String text, DoubleUnaryOperator f) {
        return activation(text, f, 0);
    }

    private static Arguments activation(String text, DoubleUnaryOperator f, double apart) {
        return Arguments.of(text, f, apart);
    }

    /** Mean, deviation and quantiles of each activation after a batch normalisation are those of drawn numbers. */
    @ParameterizedTest
    @MethodSource("activations")
    void anActivationIsWhatDrawnNumbersBecome(String text, DoubleUnaryOperator f, double apart) {
        Told told = Told.of("x[1,3,8,8] -> BatchNormalization -> b -> " + text + " -> y", "b=1,3,8,8");
        for (int c = 0; c < 3; c++) {
            double beta = parameter(told, "bias", c);
            double gamma = Math.abs(parameter(told, "scale", c));
            compare(told.law("y"), c, draw(z -> f.applyAsDouble(beta + gamma * z)), apart);
        }
    }

    private static double parameter(Told told, String which, int c) {
        return told.graph
                .require("batchnormalization_1_" + which)
                .constant()
                .orElseThrow()
                .floats()[c];
    }

    private static double[] draw(DoubleUnaryOperator f) {
        Random random = new Random(3);
        double[] drawn = new double[DRAWN];
        Arrays.setAll(drawn, i -> f.applyAsDouble(random.nextGaussian()));
        Arrays.sort(drawn);
        return drawn;
    }

    private static void compare(Law law, int c, double[] drawn, double apart) {
        double mean = Arrays.stream(drawn).average().orElseThrow();
        double variance = Arrays.stream(drawn).map(x -> (x - mean) * (x - mean)).sum() / DRAWN;
        double chance = 5 * Math.sqrt(variance / DRAWN) + 1e-3 * Math.sqrt(variance) + apart;
        assertThat(law.mean(c)).as("mean").isCloseTo(mean, within(chance));
        assertThat(Math.sqrt(law.variance(c))).as("deviation").isCloseTo(Math.sqrt(variance), within(0.02 + apart));
        double[] sorted = histogramQuantiles(law, c);
        for (int i = 0; i < QUANTILES.length; i++) {
            double expected = drawn[(int) (QUANTILES[i] * DRAWN)];
            assertThat(sorted[i])
                    .as("quantile " + QUANTILES[i])
                    .isCloseTo(expected, within(0.06 * Math.sqrt(variance) + 2 * apart));
        }
    }

    private static final double[] QUANTILES = {0.01, 0.1, 0.5, 0.9, 0.99};

    private static double[] histogramQuantiles(Law law, int c) {
        var seen = LawEvidence.of(law.select(new int[] {c}), java.util.Set.of(), java.util.Optional.empty());
        return Arrays.stream(QUANTILES).map(seen.histogram()::quantile).toArray();
    }

    @Test
    void whatIsAFunctionOfTheSameValueMovesTogether() {
        Told told = Told.of("x[1,2,8,8] -> BatchNormalization -> b -> Sigmoid -> s; b, s -> Mul -> y", "");
        for (int c = 0; c < 2; c++) {
            double beta = parameter(told, "bias", c);
            double gamma = Math.abs(parameter(told, "scale", c));
            compare(told.law("y"), c, draw(z -> (beta + gamma * z) * sigmoid(beta + gamma * z)), 0);
        }
    }

    @Test
    void sumsAndProductsOfIndependentValuesHaveTheirMoments() {
        Told told = Told.of(
                "x[1,2,4,4], u[1,2,4,4] -> Add -> v; x -> BatchNormalization -> a; u -> BatchNormalization -> b;"
                        + " a, b -> Add -> sum; a, b -> Sub -> less; a -> Relu -> r; r, b -> Add -> skewed;"
                        + " b -> Sigmoid -> s; r, s -> Mul -> gated",
                "");
        for (int c = 0; c < 2; c++) {
            Law a = told.law("a");
            Law b = told.law("b");
            Law r = told.law("r");
            Law s = told.law("s");
            moments(told.law("sum"), c, a.mean(c) + b.mean(c), a.variance(c) + b.variance(c));
            moments(told.law("less"), c, a.mean(c) - b.mean(c), a.variance(c) + b.variance(c));
            moments(told.law("skewed"), c, r.mean(c) + b.mean(c), r.variance(c) + b.variance(c));
            double mean = r.mean(c) * s.mean(c);
            double squares = (r.variance(c) + r.mean(c) * r.mean(c)) * (s.variance(c) + s.mean(c) * s.mean(c));
            Law gated = told.law("gated"); // drawn to its moments, then kept from falling below 0
            assertThat(gated.mean(c)).isCloseTo(mean, within(0.1 * Math.sqrt(squares - mean * mean)));
            assertThat(gated.variance(c)).isCloseTo(squares - mean * mean, within(0.1 * squares));
            assertThat(told.law("gated").least(c)).isGreaterThanOrEqualTo(0);
            // Normal summands give a normal sum, at every point.
            double deviation = Math.sqrt(a.variance(c) + b.variance(c));
            for (int i = 0; i < Law.NODES; i += 16) {
                assertThat(told.law("sum").at()[c][i])
                        .isCloseTo(a.mean(c) + b.mean(c) + deviation * Law.z(i), within(1e-5));
            }
        }
    }

    private static void moments(Law law, int c, double mean, double variance) {
        assertThat(law.mean(c)).isCloseTo(mean, within(2e-3));
        assertThat(law.variance(c)).isCloseTo(variance, within(1e-2 * variance));
    }

    @Test
    void aProductWithoutStatisticsSumsUpItsInputs() {
        Told told = Told.of(
                "x[1,4,6,6] -> BatchNormalization -> a -> Relu -> r; r -> Conv(w[5,4,1,1], k[5]) -> y;"
                        + " r -> Conv(v[8,2,3,3]; group=2) -> z; r -> GlobalAveragePool -> g -> Flatten -> f"
                        + " -> Gemm(m[4,3], n[3]) -> logits",
                "r=1,4,6,6 g=1,4,1,1 f=1,4");
        Law r = told.law("r");
        float[] w = told.graph.require("w").constant().orElseThrow().floats();
        float[] k = told.graph.require("k").constant().orElseThrow().floats();
        for (int o = 0; o < 5; o++) {
            double mean = k[o];
            double variance = 0;
            for (int i = 0; i < 4; i++) {
                mean += w[4 * o + i] * r.mean(i);
                variance += w[4 * o + i] * w[4 * o + i] * r.variance(i);
            }
            moments(told.law("y"), o, mean, variance);
        }
        float[] v = told.graph.require("v").constant().orElseThrow().floats();
        for (int o = 0; o < 8; o++) {
            double mean = 0;
            for (int i = 0; i < 18; i++) {
                mean += v[18 * o + i] * r.mean(o / 4 * 2 + i / 9);
            }
            assertThat(told.law("z").mean(o)).isCloseTo(mean, within(1e-5));
        }
        float[] m = told.graph.require("m").constant().orElseThrow().floats();
        float[] n = told.graph.require("n").constant().orElseThrow().floats();
        for (int o = 0; o < 3; o++) {
            double mean = n[o];
            for (int i = 0; i < 4; i++) {
                mean += m[3 * i + o] * r.mean(i);
            }
            assertThat(told.law("logits").mean(o)).isCloseTo(mean, within(2e-2));
        }
        assertThat(told.law("logits").axis()).isEqualTo(1);
    }

    @Test
    void anAverageKeepsTheMeanAndTheRangeAndNarrowsTheRest() {
        Told told = Told.of(
                "x[1,3,8,8] -> BatchNormalization -> a -> Relu -> r; r -> GlobalAveragePool -> g;"
                        + " r -> AveragePool(; kernel_shape=2,2) -> p; r -> ReduceMean(; axes=2,3 keepdims=0) -> m",
                "r=1,3,8,8");
        Law r = told.law("r");
        for (int c = 0; c < 3; c++) {
            for (String averaged : List.of("g", "p", "m")) {
                Law g = told.law(averaged);
                assertThat(g.mean(c)).isCloseTo(r.mean(c), within(0.02));
                assertThat(g.variance(c)).isLessThan(0.7 * r.variance(c)).isPositive();
                assertThat(g.greatest(c)).isEqualTo(r.greatest(c));
                assertThat(g.least(c)).isEqualTo(0);
            }
            assertThat(told.law("g").variance(c)).isLessThan(told.law("p").variance(c));
        }
    }

    @Test
    void theGreatestOfAWindowIsMoreAndNeverMoreThanTheMost() {
        Told told = Told.of(
                "x[1,3,8,8] -> BatchNormalization -> a -> Relu -> r -> MaxPool(; kernel_shape=2,2) -> p;"
                        + " r -> MaxPool(; kernel_shape=3,3) -> q",
                "");
        for (int c = 0; c < 3; c++) {
            assertThat(told.law("p").mean(c)).isGreaterThan(told.law("r").mean(c));
            assertThat(told.law("q").mean(c)).isGreaterThan(told.law("p").mean(c));
            assertThat(told.law("q").greatest(c))
                    .isLessThanOrEqualTo(told.law("r").greatest(c));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Flatten | b=1,4,1,1 y=1,4 | 0 1 2 3 | 1",
                "Flatten | b=1,4,1,2 y=1,8 | 0 0 1 1 2 2 3 3 | 1",
                "Reshape(s{1,4,2,3}) | b=1,4,6,1 y=1,4,2,3 | 0 1 2 3 | 1",
                "Transpose(; perm=0,2,3,1) | b=1,4,6,6 | 0 1 2 3 | 3",
                "Slice(f{1}, t{3}, a{1}) | b=1,4,6,6 | 1 2 | 1",
                "Slice(f{-1}, t{-5}, a{1}, s{-1}) | b=1,4,6,6 | 3 2 1 0 | 1",
                "Slice(f{0,0}, t{3,3}, a{2,3}) | b=1,4,6,6 | 0 1 2 3 | 1",
                "Gather(i{2,0}; axis=1) | b=1,4,6,6 y=1,2,6,6 | 2 0 | 1",
                "Squeeze(a{2,3}) | b=1,4,1,1 y=1,4 | 0 1 2 3 | 1",
                "Unsqueeze(a{0}) | b=1,4,6,6 y=1,1,4,6,6 | 0 1 2 3 | 2",
                "Concat(b; axis=1) | b=1,4,6,6 | 0 1 2 3 0 1 2 3 | 1",
                "Identity | b=1,4,6,6 | 0 1 2 3 | 1"
            })
    void channelsAreFollowed(String operator, String shapes, String expected, int axis) {
        Told told = Told.of("x[1,4,6,6] -> BatchNormalization -> b -> " + operator + " -> y", shapes);
        int[] channels =
                Arrays.stream(expected.split(" ")).mapToInt(Integer::parseInt).toArray();
        Law y = told.law("y");
        assertThat(y.axis()).isEqualTo(axis);
        assertThat(y.channels()).isEqualTo(channels.length);
        for (int i = 0; i < channels.length; i++) {
            assertThat(y.at()[i]).isEqualTo(told.law("b").at()[channels[i]]);
        }
    }

    @Test
    void aReshapeThatTearsChannelsGivesTheMixture() {
        Told told = Told.of("x[1,4,6,6] -> BatchNormalization -> b -> Reshape(s{1,9,16}) -> y", "b=1,4,6,6 y=1,9,16");
        Law y = told.law("y");
        assertThat(y.axis()).isEqualTo(Law.NONE);
        assertThat(y.mean(0))
                .isCloseTo(Arrays.stream(told.law("b").means()).average().orElseThrow(), within(1e-2));
    }

    @Test
    void paddingMixesItsConstantIn() {
        Told told = Told.of(
                "x[1,4,6,6] -> BatchNormalization -> b; b -> Pad(p{0,0,1,1,0,0,1,1}) -> y; b -> Pad(q{0,1,0,0,0,2,0,0}) -> z",
                "b=1,4,6,6 y=1,4,8,8 z=1,7,6,6");
        Law b = told.law("b");
        for (int c = 0; c < 4; c++) {
            assertThat(told.law("y").mean(c)).isCloseTo(b.mean(c) * 36 / 64, within(2e-2));
            assertThat(told.law("z").at()[c + 1]).isEqualTo(b.at()[c]);
        }
        for (int c : new int[] {0, 5, 6}) {
            assertThat(told.law("z").mean(c)).isZero();
            assertThat(told.law("z").variance(c)).isZero();
        }
    }

    @Test
    void whatAFoldedBatchNormalisationLeftComesFirst() {
        Graph g = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization -> y -> Relu -> z");
        Law before = Told.of(g, "", Map.of()).law("z");
        new FoldBatchNorm().apply(g, new Journal());
        assertThat(Told.of(g, "", Map.of()).law("z").at()).isDeepEqualTo(before.at());
        BatchNormStatistics.of(g, "y")
                .orElseThrow()
                .scaled(new double[] {2, 2, 2, 2})
                .put(g, "y");
        for (int c = 0; c < 4; c++) {
            assertThat(Told.of(g, "", Map.of()).law("z").mean(c)).isCloseTo(2 * before.mean(c), within(1e-6));
        }
    }

    /** Channels in another order give laws in that order: no statistic mixes channels with places. */
    @Test
    void permutingTheChannelsPermutesTheLaws() {
        int[] order = {2, 0, 3, 1};
        String text = "x[1,4,6,6] -> BatchNormalization(s[4], b[4], m[4], v[4]) -> n -> Relu -> r"
                + " -> Conv(w[5,4,3,3], k[5]) -> y";
        Graph one = GraphText.parse(text.replace("b[4], m[4], v[4]", "b[4], m[4], s"));
        Graph other = one.copy();
        for (String name : List.of("s", "b", "m")) {
            Tensor t = other.require(name).constant().orElseThrow();
            other.replaceConstant(other.require(name), permuted(t, order, 1));
        }
        other.replaceConstant(
                other.require("w"), permuted(other.require("w").constant().orElseThrow(), order, 9));
        Told a = Told.of(one, "r=1,4,6,6", Map.of());
        Told b = Told.of(other, "r=1,4,6,6", Map.of());
        for (int c = 0; c < 4; c++) {
            assertThat(b.law("r").at()[c]).isEqualTo(a.law("r").at()[order[c]]);
        }
        for (int o = 0; o < 5; o++) {
            assertThat(b.law("y").mean(o)).isCloseTo(a.law("y").mean(o), within(1e-6));
            assertThat(b.law("y").variance(o)).isCloseTo(a.law("y").variance(o), within(1e-6));
        }
    }

    private static Tensor permuted(Tensor t, int[] order, int inner) {
        float[] v = t.floats();
        float[] out = new float[v.length];
        for (int i = 0; i < v.length; i++) {
            int c = i / inner % order.length;
            out[i] = v[i + (order[c] - c) * inner];
        }
        return Tensor.ofFloats(t.shape(), out);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,4,6,6] -> Relu -> y | nothing is said of the values of the input 'x'",
                "x[1,4,6,6] -> BatchNormalization -> b -> Softmax -> y | say nothing of what softmax_1 (Softmax) gives",
                "x[1,4] -> BatchNormalization -> b; b, x -> MatMul -> y | weight of matmul_1 is computed",
                "x[1,4,6,6] -> BatchNormalization -> b -> Add(k[1,4,6,6]) -> y | not one number per channel",
                "x[1,4,6,6] -> BatchNormalization -> b -> ReduceMean(; axes=[1]) -> y | averages over channels",
                "x[1,4,6,6] -> BatchNormalization -> b -> my::Own -> y | no operator of ONNX"
            })
    void saysWhyNothingIsKnown(String text, String why) {
        Told told = Told.of(text, "b=1,4,6,6");
        assertThat(told.laws).doesNotContainKey("y");
        assertThat(told.known.reason("y")).contains(why);
    }

    @Test
    void anInputHasItsRange() {
        Graph g = GraphText.parse("x[1,2,6,6] -> MaxPool(; kernel_shape=1,1) -> y");
        Told told = Told.of(g, "", Map.of("x", new InputRange(1, List.of(-1.0, 0.0), List.of(1.0, 4.0))));
        assertThat(told.law("x").least(0)).isEqualTo(-1);
        assertThat(told.law("x").greatest(1)).isEqualTo(4);
        assertThat(told.law("x").mean(1)).isCloseTo(2, within(1e-9));
        assertThat(told.law("x").variance(0)).isCloseTo(1.0 / 3, within(1e-3));
    }

    @Test
    void aConstantOperandMeetsItsOwnChannel() {
        Graph g = GraphText.parse("x[1,2,6,6] -> BatchNormalization -> b");
        g.addConstant("k", Tensor.ofFloats(Shape.of(2, 1, 1), 10, -20));
        g.addNode(NodeSpec.of("Min", "min").inputs("b", "k").outputs("y"));
        g.addOutput(g.require("y"));
        Told told = Told.of(g, "b=1,2,6,6", Map.of());
        assertThat(told.law("y").at()[0]).isEqualTo(told.law("b").at()[0]);
        assertThat(told.law("y").at()[1]).containsOnly(-20.0);
    }
}
