package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Engine.Session;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.BatchNormStatistics;
import dev.octavo.quant.rewrite.Equalize;
import dev.octavo.quant.rewrite.FoldBatchNorm;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EqualizeTest {
    private static final List<String> LIMITS = List.of("auto", "common", "per-channel");
    private static final List<String> WEIGHTS = List.of("per-tensor", "per-channel");
    private static final double FLOAT_ROUNDING = 1e-4;
    private static final String PAIR = "x[1,4,6,6] -> Conv(v[6,4,3,3], b[6]) -> Relu -> Conv(w[5,6,1,1], c[5]) -> y";

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    private static Equalize equalize(String... keysAndValues) {
        Map<String, List<String>> options = new java.util.TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            options.put(keysAndValues[i], List.of(keysAndValues[i + 1]));
        }
        return new Equalize(new PassOptions(options));
    }

    private static Graph unbalanced(String text) {
        Graph graph = GraphText.parse(text);
        ScalableGraphs.unbalance(graph, new Random(7));
        return graph;
    }

    private static Journal apply(Graph graph, Witness witness, Equalize pass) {
        Journal journal = new Journal();
        pass.apply(graph, witness, journal);
        return journal;
    }

    static double difference(Graph before, Graph after, Tensor input) {
        return difference(before, after, Map.of("x", input));
    }

    static double difference(Graph before, Graph after, Map<String, Tensor> in) {
        double largest = 1e-6;
        double difference = 0;
        try (Session one = OrtEngine.INSTANCE.open(before, Mode.UNFUSED, 1);
                Session other = OrtEngine.INSTANCE.open(after, Mode.UNFUSED, 1)) {
            Map<String, Tensor> is = other.run(in);
            for (Map.Entry<String, Tensor> was : one.run(in).entrySet()) {
                float[] a = was.getValue().floats();
                float[] b = Objects.requireNonNull(is.get(was.getKey())).floats();
                for (int i = 0; i < a.length; i++) {
                    largest = Math.max(largest, Math.abs(a[i]));
                    difference = Math.max(difference, Math.abs(a[i] - b[i]));
                }
            }
        }
        return difference / largest;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsWhatRandomNetworksComputeOnWhatItHasSeen(long seed) {
        Graph before = ScalableGraphs.of(seed);
        Graph after = before.copy();
        RandomInputs data = RandomInputs.of(before, 3);

        Journal journal = apply(
                after,
                data.witness(before),
                equalize("limits", LIMITS.get((int) seed % 3), "weights", WEIGHTS.get((int) seed % 2)));

        assertThat(journal.entries()).isNotEmpty();
        for (int i = 0; i < data.size(); i++) {
            assertThat(difference(before, after, data.tensor(i))).isLessThan(FLOAT_ROUNDING);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void withoutKnowledgeKeepsWhatTheyComputeOnAnything(long seed) {
        Graph before = ScalableGraphs.of(seed);
        Graph after = before.copy();

        Journal journal = apply(after, RandomInputs.shapesOnly(), equalize("limits", LIMITS.get((int) seed % 3)));

        assertThat(journal.entries()).anyMatch(e -> e.text().contains("ranges of weights alone"));
        assertThat(difference(before, after, RandomInputs.of(before, 1).tensor(99)))
                .isLessThan(FLOAT_ROUNDING);
    }

    @Test
    void mostRandomNetworksAreChanged() {
        long changed = seeds().filter(seed -> {
                    Graph graph = ScalableGraphs.of(seed);
                    return apply(graph, RandomInputs.of(graph, 2).witness(graph), equalize("weights", "per-tensor"))
                                    .countOf("equalize")
                            > 0;
                })
                .count();
        assertThat(changed).isGreaterThan(50);
    }

    @Test
    void aPairEndsWithTheGeometricMeanOfBothRanges() {
        Graph graph = unbalanced(PAIR);
        double[] rows = rows(graph, 0);
        double[] columns = columns(graph, 1);

        apply(graph, RandomInputs.shapesOnly(), equalize());

        double[] after = rows(graph, 0);
        double[] read = columns(graph, 1);
        for (int c = 0; c < after.length; c++) {
            double mean = Math.sqrt(rows[c] * columns[c]);
            assertThat(after[c]).isCloseTo(mean, within(0.01 * mean));
            assertThat(read[c]).isCloseTo(mean, within(0.01 * mean));
        }
    }

    @Test
    void aDepthwiseTripletEndsWithTheSameRangeThrice() {
        Graph graph = unbalanced("x[1,4,6,6] -> Conv(v[6,4,3,3], b[6]) -> Relu -> Conv(d[6,1,3,3]; group=6) -> Relu"
                + " -> Conv(w[5,6,1,1], c[5]) -> y");
        double[][] r = {rows(graph, 0), rows(graph, 1), columns(graph, 2)};

        apply(graph, RandomInputs.shapesOnly(), equalize());

        double[][] after = {rows(graph, 0), rows(graph, 1), columns(graph, 2)};
        for (int c = 0; c < 6; c++) {
            double mean = Math.cbrt(r[0][c] * r[1][c] * r[2][c]);
            for (double[] a : after) {
                assertThat(a[c]).isCloseTo(mean, within(0.02 * mean));
            }
        }
    }

    private static double[] rows(Graph graph, int layer) {
        return largest(ScalableGraphs.weight(graph, layer), 0);
    }

    private static double[] columns(Graph graph, int layer) {
        return largest(ScalableGraphs.weight(graph, layer), 1);
    }

    private static double[] largest(Tensor w, int axis) {
        float[] v = w.floats();
        int channels = (int) w.shape().dim(axis);
        int inner = 1;
        for (int a = axis + 1; a < w.shape().rank(); a++) {
            inner *= (int) w.shape().dim(a);
        }
        double[] max = new double[channels];
        for (int i = 0; i < v.length; i++) {
            int c = i / inner % channels;
            max[c] = Math.max(max[c], Math.abs(v[i]));
        }
        return max;
    }

    @Test
    void permutedChannelsGetPermutedFactors() {
        Graph graph = unbalanced(PAIR);
        int[] order = {3, 0, 5, 1, 4, 2};
        Graph permuted = graph.copy();
        permute(permuted, "v", 0, order);
        permute(permuted, "b", 0, order);
        permute(permuted, "w", 1, order);
        RandomInputs data = RandomInputs.of(graph, 4);

        apply(graph, data.witness(graph), equalize("weights", "per-tensor"));
        apply(permuted, data.witness(permuted), equalize("weights", "per-tensor"));

        permute(graph, "v", 0, order);
        float[] expected = graph.require("v").constant().orElseThrow().floats();
        float[] seen = permuted.require("v").constant().orElseThrow().floats();
        for (int i = 0; i < seen.length; i++) {
            assertThat(seen[i]).isCloseTo(expected[i], within(1e-3f * (1e-3f + Math.abs(expected[i]))));
        }
    }

    private static void permute(Graph graph, String name, int axis, int[] order) {
        Tensor t = graph.require(name).constant().orElseThrow();
        float[] v = t.floats();
        float[] out = new float[v.length];
        int inner = 1;
        for (int a = axis + 1; a < t.shape().rank(); a++) {
            inner *= (int) t.shape().dim(a);
        }
        for (int i = 0; i < v.length; i++) {
            int c = i / inner % order.length;
            out[i] = v[i + (order[c] - c) * inner];
        }
        graph.replaceConstant(graph.require(name), Tensor.ofFloats(t.shape(), out));
    }

    @Test
    void aResidualStreamHasOneFactorForAllWhoWriteAndReadIt() {
        Graph graph = unbalanced(
                "x[1,4,6,6] -> Conv(a[6,4,1,1]) -> s; s -> Conv(b[8,6,1,1]) -> Relu -> Conv(c[6,8,1,1])"
                        + " -> Add(s) -> t; t -> Conv(d[8,6,1,1]) -> Relu -> Conv(e[6,8,1,1]) -> Add(t) -> Conv(f[5,6,1,1]) -> y");
        double[][] before = {rows(graph, 0), columns(graph, 1), rows(graph, 2), columns(graph, 3), columns(graph, 5)};
        Graph original = graph.copy();

        apply(graph, RandomInputs.of(graph, 4).witness(graph), equalize("weights", "per-tensor", "limits", "common"));

        double[] rowsAfter = rows(graph, 0);
        boolean moved = false;
        for (int c = 0; c < 6; c++) {
            double s = before[0][c] / rowsAfter[c];
            moved |= Math.abs(Math.log(s)) > 0.1;
        }
        assertThat(moved).as("the stream itself is scaled").isTrue();
        assertThat(difference(original, graph, RandomInputs.of(graph, 1).tensor(5)))
                .isLessThan(1e-5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,4,6,6] -> Conv(v[6,4,1,1]) -> h! -> Conv(w[5,6,1,1]) -> y | h is an output of the network",
                "x[1,4,6,6] -> Conv(v[6,4,1,1]) -> Sigmoid -> Conv(w[5,6,1,1]) -> y | does not keep scaled channels apart",
                "x[1,4,6,6] -> Conv(v[6,4,1,1]) -> Softmax(; axis=1) -> y | does not keep scaled channels apart",
                "x[1,4,6,6] -> Conv(v[4,4,1,1]) -> Add(x) -> Conv(w[5,4,1,1]) -> y | joins it with x",
                "x[1,4,6,6] -> Conv(v[6,4,1,1]) -> h; h -> Mul(h) -> Conv(w[5,6,1,1]) -> y | squares it",
                "x[1,4,6,6] -> Conv(u[4,4,1,1]) -> Conv(v[4,4,1,1]) -> y; x -> Conv(v) -> z | is shared",
                "x[1,4,6,6] -> Conv(v[6,4,1,1]) -> Clip(-1.0, 1.0) -> Conv(w[5,6,1,1]) -> y | the lower one is not 0",
                "x[1,4,6,6] -> Conv(v[6,4,1,1]) -> Pad(p{0,0,1,1,0,0,1,1}, 1.0) -> Conv(w[5,6,1,1]) -> y"
                        + " | does not keep scaled channels apart"
            })
    void saysWhyItLeavesChannelsAlone(String text, String reason) {
        Graph graph = unbalanced(text);
        Graph before = graph.copy();

        Journal journal = apply(graph, RandomInputs.of(graph, 2).witness(graph), equalize("weights", "per-tensor"));

        assertThat(journal.entries()).anyMatch(e -> !e.did() && e.text().contains(reason));
        assertThat(difference(before, graph, RandomInputs.of(graph, 1).tensor(0)))
                .isLessThan(1e-6);
    }

    @Test
    void aNetworkInBalanceStaysAsItIs() {
        Graph graph = unbalanced(PAIR);
        Witness witness = RandomInputs.of(graph, 4).witness(graph);
        apply(graph, witness, equalize("weights", "per-tensor"));
        Tensor once = ScalableGraphs.weight(graph, 0);

        Journal again = apply(graph, witness, equalize("weights", "per-tensor"));

        assertThat(again.countOf("equalize")).isZero();
        assertThat(again.entries()).anyMatch(e -> e.text().contains("balanced already"));
        assertThat(ScalableGraphs.weight(graph, 0)).isEqualTo(once);
    }

    @Test
    void aDeadChannelKeepsFactorOneAndIsReported() {
        Graph graph = unbalanced(PAIR);
        Tensor v = graph.require("v").constant().orElseThrow();
        float[] dead = v.floats();
        java.util.Arrays.fill(dead, 0, 36, 0f);
        graph.replaceConstant(graph.require("v"), Tensor.ofFloats(v.shape(), dead));
        double column = columns(graph, 1)[0];

        Journal journal = apply(graph, RandomInputs.shapesOnly(), equalize());

        assertThat(journal.entries()).anyMatch(e -> e.text().contains("a row or a column of zeros"));
        assertThat(columns(graph, 1)[0]).isEqualTo(column);
    }

    @ParameterizedTest
    @ValueSource(strings = {"common", "per-channel"})
    void upperLimitsKeepTheirFunction(String limits) {
        Graph graph = unbalanced("x[1,4,6,6] -> Conv(v[6,4,3,3], b[6]) -> Clip(0.0, 1.0) -> Conv(w[5,6,1,1]) -> y");
        Graph before = graph.copy();

        apply(
                graph,
                RandomInputs.of(graph, 4).witness(graph),
                equalize("limits", limits, "weights", "per-tensor", "most", "1e4"));

        List<String> ops = graph.nodes().stream().map(Node::type).toList();
        assertThat(ops)
                .isEqualTo(
                        limits.equals("common")
                                ? List.of("Conv", "Clip", "Conv")
                                : List.of("Conv", "Clip", "Add", "Relu", "Conv"));
        for (int i = 0; i < 4; i++) {
            assertThat(difference(before, graph, RandomInputs.of(graph, 4).tensor(i)))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void statisticsOfBatchNormalizationsAreScaledToo() {
        Graph graph = unbalanced(
                "x[1,4,6,6] -> Conv(v[6,4,3,3]) -> BatchNormalization -> h -> Relu" + " -> Conv(w[5,6,1,1]) -> y");
        new FoldBatchNorm().apply(graph, new Journal());
        double[] rows = rows(graph, 0);
        BatchNormStatistics before = BatchNormStatistics.of(graph, "h").orElseThrow();

        apply(graph, RandomInputs.of(graph, 4).witness(graph), equalize("weights", "per-tensor"));

        BatchNormStatistics after = BatchNormStatistics.of(graph, "h").orElseThrow();
        double[] scaled = rows(graph, 0);
        for (int c = 0; c < 6; c++) {
            double expected = before.mean().get(c) * scaled[c] / rows[c];
            assertThat(after.mean().get(c).doubleValue()).isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
        }
    }
}
