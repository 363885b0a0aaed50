package dev.octavo.quant.rewrite.smooth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.core.testing.ReferenceEngine.Array;
import dev.octavo.quant.rewrite.smooth.SmoothOptions.Widths;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayerTrialTest {
    private static final Widths W8A8 = new Widths(8, 8, true);

    static Stream<String> layers() {
        return Stream.of(
                "x[1,4,9,8] -> Conv(w[5,4,3,2]) -> y",
                "x[1,4,9,8] -> Conv(w[6,2,3,3]; group=2) -> y",
                "x[1,4,9,8] -> Conv(w[4,1,3,3]; group=4) -> y",
                "x[1,4] -> Gemm(w[4,5]) -> y",
                "x[1,4] -> Gemm(w[5,4]; transB=1) -> y");
    }

    /** Rows times weights are results of the layer: each column of them is found among its outputs. */
    @ParameterizedTest
    @MethodSource("layers")
    void rowsAreWhatTheLayerReads(String text) {
        Graph g = GraphText.parse(text);
        Weighted w = Weighted.of(g.nodes().get(0)).orElseThrow();
        assertRowsGiveResults(w, g);
    }

    /** A kernel with gaps reads what a larger one with zeros in the gaps reads. */
    @Test
    void rowsHaveTheGapsOfADilatedKernel() {
        Weighted dilated = Weighted.of(GraphText.parse("x[1,4,9,8] -> Conv(w[5,4,2,2]; dilations=2,3) -> y")
                        .nodes()
                        .get(0))
                .orElseThrow();
        float[] weight = dilated.weight().constant().orElseThrow().floats();
        float[] filled = new float[5 * 4 * 3 * 4];
        for (int i = 0; i < weight.length; i++) {
            filled[i / 4 * 12 + i / 2 % 2 * 8 + i % 2 * 3] = weight[i];
        }
        Graph large = GraphText.parse("x[1,4,9,8] -> Conv(w[5,4,3,4]) -> y");
        large.replaceConstant(large.require("w"), Tensor.ofFloats(Shape.of(5, 4, 3, 4), filled));
        assertRowsGiveResults(dilated, large);
    }

    private static void assertRowsGiveResults(Weighted w, Graph reference) {
        Map<String, Array> in = ReferenceEngine.inputs(reference, 3);
        Array x = Objects.requireNonNull(in.get("x"));
        Array y = Objects.requireNonNull(ReferenceEngine.run(reference, in).get("y"));
        int outputs = y.dims().get(1);
        int places = y.data().length / outputs;
        List<float[]> rows = new InputRows(w, 1).take(tensor(x), 12, 7);
        assertThat(rows).hasSize(12);
        for (float[] row : rows) {
            float[] got = product(w, row);
            boolean found = false;
            for (int p = 0; p < places && !found; p++) {
                found = true;
                for (int o = 0; o < outputs; o++) {
                    found &= Math.abs(got[o] - y.data()[o * places + p]) < 1e-4;
                }
            }
            assertThat(found).as("a window of the input").isTrue();
        }
    }

    private static float[] product(Weighted w, float[] row) {
        WeightLayout l = WeightLayout.of(w);
        float[] weight = w.weight().constant().orElseThrow().floats();
        float[] y = new float[l.outputs()];
        for (int i = 0; i < weight.length; i++) {
            y[l.output(i)] += weight[i] * row[l.group(i) * l.taps() + l.tap(i)];
        }
        return y;
    }

    private static Tensor tensor(Array a) {
        float[] v = new float[a.data().length];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) a.data()[i];
        }
        return Tensor.ofFloats(Shape.of(a.dims().stream().mapToLong(d -> d).toArray()), v);
    }

    /** On one channel pair, by hand: grids of 15 steps for X in [0, 15], and of 7 for W. */
    @Test
    void lossIsThatOfTheDefinition() {
        Graph g = GraphText.parse("x[1,2] -> Gemm(w[2,1]) -> y");
        g.replaceConstant(g.require("w"), Tensor.ofFloats(Shape.of(2, 1), 7f, 2.4f));
        Weighted w = Weighted.of(g.nodes().get(0)).orElseThrow();
        LayerTrial trial = new LayerTrial(w, List.of(new float[] {15f, 1.3f}), new Widths(4, 4, true));
        ChannelRanges seen = new ChannelRanges(new float[] {0, 0}, new float[] {15, 2});
        // Y = 105 + 3.12; X rounds to 15 and 1, W to 7 and 2: Ŷ = 105 + 2.
        LayerTrial.Loss loss = trial.loss(new double[] {1, 1}, seen);
        assertThat(loss.l1()).isCloseTo(1.12, within(1e-4));
        assertThat(loss.error()).isCloseTo(1.12 * 1.12 / (108.12 * 108.12), within(1e-7));
    }

    @Test
    void factorsThatAreAllAlikeChangeNothing() {
        Graph g = GraphText.parse("x[1,4,9,8] -> Conv(w[5,4,3,2]) -> y");
        Weighted w = Weighted.of(g.nodes().get(0)).orElseThrow();
        Array x = Objects.requireNonNull(ReferenceEngine.inputs(g, 1).get("x"));
        LayerTrial trial = new LayerTrial(w, new InputRows(w, 1).take(tensor(x), 40, 1), W8A8);
        ChannelRanges seen = new ChannelRanges(new float[] {-3, -3, -3, -3}, new float[] {3, 3, 3, 3});
        double[] four = new double[4];
        Arrays.fill(four, 4);
        LayerTrial.Loss plain = trial.loss(SmoothingFactors.none(4).values(), seen);
        LayerTrial.Loss scaled = trial.loss(four, seen); // a power of two, so that nothing rounds differently
        assertThat(plain.l1()).isPositive();
        assertThat(scaled.l1()).isCloseTo(plain.l1(), within(plain.l1() * 1e-5));
    }

    @Test
    void smoothingAnOutlierChannelPays() {
        Graph g = GraphText.parse("x[1,8] -> Gemm(w[8,16]) -> y");
        Weighted w = Weighted.of(g.nodes().get(0)).orElseThrow();
        java.util.Random r = new java.util.Random(2);
        List<float[]> rows = new java.util.ArrayList<>();
        for (int i = 0; i < 64; i++) {
            float[] row = new float[8];
            for (int c = 0; c < 8; c++) {
                row[c] = (float) r.nextGaussian() * (c == 3 ? 100 : 1);
            }
            rows.add(row);
        }
        float[] low = new float[8];
        float[] high = new float[8];
        rows.forEach(row -> {
            for (int c = 0; c < 8; c++) {
                low[c] = Math.min(low[c], row[c]);
                high[c] = Math.max(high[c], row[c]);
            }
        });
        ChannelRanges seen = new ChannelRanges(low, high);
        double[] s = SmoothingFactors.of(
                        seen.maxima(),
                        WeightLayout.of(w)
                                .inputMaxima(w.weight().constant().orElseThrow().floats()),
                        0.5)
                .orElseThrow()
                .values();
        // What the outlier channel itself costs in the weights stays, so measure without it.
        List<float[]> quiet = rows.stream().map(float[]::clone).toList();
        quiet.forEach(row -> row[3] = 0);
        LayerTrial trial = new LayerTrial(w, quiet, W8A8);
        assertThat(trial.loss(s, seen).error())
                .isLessThan(trial.loss(SmoothingFactors.none(8).values(), seen).error() / 10);
    }
}
