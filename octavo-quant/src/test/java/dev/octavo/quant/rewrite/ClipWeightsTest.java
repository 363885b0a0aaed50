package dev.octavo.quant.rewrite;

import static dev.octavo.quant.rewrite.AbsorbBiasTest.options;
import static dev.octavo.quant.testing.PassTest.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.core.testing.ReferenceEngine.Array;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.testing.PassTest;
import dev.octavo.quant.testing.Sweeps;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipWeightsTest {
    private static void enlarge(Graph g, String weight) {
        Tensor t = g.require(weight).constant().orElseThrow();
        float[] v = t.floats();
        v[1] = 40;
        v[3] = -31;
        g.replaceConstant(g.require(weight), Tensor.ofFloats(t.shape(), v));
    }

    @Test
    void whatLiesOutOfRangeGoesToItsEnd() {
        PassTest done = given("x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> y")
                .with(g -> enlarge(g, "w"))
                .when(new ClipWeights(PassOptions.NONE))
                .saying("clipped 2 of 12 weights, the largest of 40.0");
        float[] w = done.graph().require("w").constant().orElseThrow().floats();
        assertThat(w[1]).isEqualTo(15);
        assertThat(w[3]).isEqualTo(-15);
        given(done.graph())
                .when(new ClipWeights(PassOptions.NONE))
                .isUnchanged()
                .because("all its weights lie within");
    }

    @ParameterizedTest
    @CsvSource({"2, -2, 2", "'-1,20', -1, 20", "'-0.5,0.25', -0.5, 0.25", "0.5, -0.5, 0.5"})
    void theRangeCanBeSaid(String range, float low, float high) {
        Graph g = given("x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> y")
                .with(x -> enlarge(x, "w"))
                .when(new ClipWeights(options("range", range.split(","))))
                .graph();
        float[] w = g.require("w").constant().orElseThrow().floats();
        for (float x : w) {
            assertThat(x).isBetween(low, high);
        }
        assertThat(w[1]).isEqualTo(high);
    }

    /** On inputs that are the same all over a channel, the means say all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> y",
                "x[1,4,6,6] -> Conv(w[6,2,3,3], b[6]; group=2) -> y",
                "x[1,4,6,6] -> Conv(w[4,1,3,3], b[4]; group=4) -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,2,2], b[3]; strides=2,2) -> y",
                "x[1,5] -> Gemm(w[5,3], b[3]) -> y",
                "x[1,5] -> Gemm(w[3,5], b[3]; transB=1) -> y"
            })
    void theMeansOfTheOutputsStay(String text) {
        Graph g = GraphText.parse(text);
        enlarge(g, "w");
        List<Map<String, Array>> samples = Sweeps.samples(g, 20);
        samples.forEach(s -> flatten(Objects.requireNonNull(s.get("x"))));
        Graph kept = g.copy();
        Graph moved = g.copy();
        new ClipWeights(PassOptions.NONE).apply(kept, AbsorbBiasTest.seeing(samples), new Journal());
        new ClipWeights(options("keep-means", "no")).apply(moved, AbsorbBiasTest.seeing(samples), new Journal());
        assertThat(largest(meanError(g, kept, samples))).isLessThan(1e-4);
        assertThat(largest(meanError(g, moved, samples))).isGreaterThan(1);
    }

    private static void flatten(Array x) {
        int inner = x.dims().size() < 4 ? 1 : x.dims().get(2) * x.dims().get(3);
        double[] drawn = x.data().clone();
        for (int i = 0; i < drawn.length; i++) {
            x.data()[i] = 1 + drawn[i / inner * inner];
        }
    }

    private static double largest(double[] x) {
        return Arrays.stream(x).map(Math::abs).max().orElseThrow();
    }

    private static double[] meanError(Graph real, Graph clipped, List<Map<String, Array>> samples) {
        double[] sum = new double[0];
        for (Map<String, Array> s : samples) {
            Array a = Objects.requireNonNull(ReferenceEngine.run(real, s).get("y"));
            Array b = Objects.requireNonNull(ReferenceEngine.run(clipped, s).get("y"));
            int channels = a.dims().get(1);
            int inner = a.data().length / channels;
            sum = sum.length == 0 ? new double[channels] : sum;
            for (int i = 0; i < a.data().length; i++) {
                sum[i / inner] += (b.data()[i] - a.data()[i]) / inner / samples.size();
            }
        }
        return sum;
    }

    @Test
    void onlyWhatIsNamed() {
        Graph g = GraphText.parse("x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Conv(u[4,4,1,1], c[4]) -> y");
        enlarge(g, "w");
        enlarge(g, "u");
        new ClipWeights(options("on", "conv_2")).apply(g, new Journal());
        assertThat(g.require("w").constant().orElseThrow().floats()[1]).isEqualTo(40);
        assertThat(g.require("u").constant().orElseThrow().floats()[1]).isEqualTo(15);
    }

    @Test
    void aSharedWeightIsLeftAlone() {
        given("x[1,3,6,6] -> Conv(w[3,3,1,1], b[3]) -> v -> Conv(w, c[3]) -> y")
                .with(g -> enlarge(g, "w"))
                .when(new ClipWeights(PassOptions.NONE))
                .isUnchanged()
                .because("its weight is shared with another node");
    }

    @Test
    void refusesRangesThatCannotBeAndMeansThatNobodyKnows() {
        for (String range : List.of("0", "-3", "1,2", "-2,-1", "1,2,3")) {
            assertThatThrownBy(() -> new ClipWeights(options("range", range.split(","))))
                    .hasMessageContaining("range is");
        }
        Graph g = GraphText.parse("x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> y");
        enlarge(g, "w");
        assertThatThrownBy(() -> new ClipWeights(PassOptions.NONE).apply(g, Witness.NONE, new Journal()))
                .isInstanceOf(ModelException.class);
        new ClipWeights(options("keep-means", "false")).apply(g, Witness.NONE, new Journal());
        assertThat(g.require("w").constant().orElseThrow().floats()[1]).isEqualTo(15);
    }
}
