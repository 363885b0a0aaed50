package dev.octavo.ort.smooth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.BatchNormStatistics;
import dev.octavo.quant.rewrite.FoldBatchNorm;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.rewrite.smooth.SmoothQuant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmoothQuantTest {
    static LongStream seeds() {
        return LongStream.range(0, 25);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsTheOutputsOfRandomNetworks(long seed) {
        Smoothed.of(RandomGraphs.of(seed), "alpha=0.7", "always=true", "fold=never")
                .keepsOutputs();
        Smoothed folded = Smoothed.of(RandomGraphs.of(seed), "alpha=0.5", "always=true");
        if (folded.journal().countOf(SmoothQuant.NAME) > 0) {
            folded.keepsOutputs();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsTheOutputsOfRandomNetworksWithoutBatchNormalization(long seed) {
        Graph g = RandomGraphs.of(seed);
        new FoldBatchNorm().apply(g, new Journal());
        Smoothed folded = Smoothed.of(g, "alpha=0.5", "always=true", "weights=per-tensor");
        if (folded.journal().countOf(SmoothQuant.NAME) > 0) {
            folded.keepsOutputs();
        }
    }

    /** What gives the tensor takes the factors, whatever it is; no node is added. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,5,8,8] -> Conv(a[6,5,3,3], b[6]) -> Relu -> Conv(w[4,6,1,1]) -> y",
                "x[1,5,8] -> Conv(a[6,5,3]) -> LeakyRelu(; alpha=0.1) -> Conv(w[4,6,2]) -> y",
                "x[1,5,4,4,4] -> Conv(a[6,5,2,2,2]) -> Relu -> Conv(w[4,6,1,1,1]) -> y",
                "x[1,5,8,8] -> Conv(a[6,5,3,3]) -> BatchNormalization -> Relu -> Conv(w[4,6,1,1]) -> y",
                "x[1,5,8,8] -> ConvTranspose(a[5,3,2,2], b[3]) -> Relu -> Conv(w[4,3,1,1]) -> y" + "; x -> Relu -> z",
                "x[1,6,8,8] -> ConvTranspose(a[6,3,2,2], b[6]; group=2) -> Relu -> ConvTranspose(w[6,2,2,2]; group=3)"
                        + " -> y",
                "x[1,5,8,8] -> Conv(a[6,5,3,3]) -> MaxPool(; kernel_shape=2,2) -> Conv(w[4,3,1,1]; group=2) -> y",
                "x[1,5,8,8] -> Conv(a[6,5,3,3]) -> GlobalAveragePool -> Flatten -> Gemm(w[6,4], c[4]) -> y",
                "x[1,5,8,8] -> Conv(a[6,5,3,3]) -> ReduceMean(; axes=2,3 keepdims=0) -> Gemm(w[4,6]; transB=1) -> y",
                "x[1,5] -> Gemm(a[5,6], b[6]) -> Relu -> Gemm(w[6,4]) -> y",
                "x[1,7,5] -> MatMul(a[5,6]) -> Add(b[6]) -> Relu -> MatMul(w[6,4]) -> y",
                "x[1,7,5] -> LayerNormalization(g[5], b[5]) -> n -> MatMul(w[5,4]) -> y; n -> MatMul(v[5,3]) -> z",
                "x[1,5,8,8] -> Sigmoid -> Mul(g[5,1,1]) -> Conv(w[4,5,1,1]) -> y",
                "x[1,5,8,8] -> InstanceNormalization(g[5], b[5]) -> Relu -> Conv(w[4,5,1,1]) -> y",
                "x[1,5,8,8] -> Conv(a[3,5,1,1]) -> Relu -> p; x -> Conv(b[3,5,1,1]) -> q;"
                        + " p, q -> Concat(; axis=1) -> Conv(w[4,6,1,1]) -> y",
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> p; x -> Conv(b[6,5,1,1]) -> q;"
                        + " p, q -> Add -> Relu -> Conv(w[4,6,1,1]) -> y",
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> Relu -> p; p -> Conv(v[2,6,1,1]) -> y; p -> Conv(w[4,6,3,3]) -> z",
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> Transpose(; perm=0,2,3,1) -> Reshape(k{1,64,6}) -> MatMul(w[6,4])"
                        + " -> y"
            })
    void foldsIntoWhateverGivesTheTensor(String text) {
        Smoothed s = Smoothed.of(text, "alpha=1", "always=true", "fold=only").keepsOutputs();
        assertThat(s.operators())
                .isEqualTo(s.before().nodes().stream().map(n -> n.type()).toList());
        assertThat(s.changed("w")).isTrue();
        String reader = s.before().require("w").uses().get(0).node().output().name();
        assertThat(s.spreadAt(s.after(), reader))
                .as("with alpha 1 all channels are alike")
                .isLessThan(1.001);
        s.saying("folded into");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> Clip(0.0,6.0) -> Conv(w[4,6,1,1]) -> y # limits at [0.0, 6.0]",
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> p! -> Conv(w[4,6,1,1]) -> y # is an output of the network",
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> p -> Conv(w[4,6,1,1]) -> y; p -> Sigmoid -> z # reads p too",
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> Sigmoid -> Conv(w[4,6,1,1]) -> y # does not commute",
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> p; p -> Relu -> Conv(w[4,6,1,1]) -> y; p -> Sigmoid -> z"
                        + " # p has other readers too",
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> Pad(k{0,0,1,1,0,0,1,1}, 2.0) -> Conv(w[4,6,1,1]) -> y"
                        + " # does not commute",
                "x[1,5,8,8] -> Conv(w[4,5,1,1]) -> y # is an input of the network",
                "a[1,5,6], b[1,6,5] -> MatMul -> y # multiplies two activations",
                "x[1,5,8,8] -> Conv(a[5,5,1,1]) -> Conv(a) -> y # its weight is shared",
                "x[5,1] -> Gemm(w[5,4]; transA=1) -> y # transposes its input"
            })
    void leavesAloneWhatCannotBeFolded(String textAndReason) {
        String[] parts = textAndReason.split(" # ");
        Smoothed s =
                Smoothed.of(parts[0], "alpha=1", "always=true", "fold=only").because(parts[1]);
        assertThat(s.journal().countOf(SmoothQuant.NAME)).isZero();
        assertThat(s.after().version())
                .as("nothing was touched")
                .isEqualTo(s.before().copy().version());
    }

    @Test
    void dividesWhereWhatGivesTheTensorRunsInFloatAnyway() {
        Smoothed s = Smoothed.of(
                        "x[1,7,5] -> MatMul(a[5,6]) -> Softmax -> Tanh -> p -> MatMul(w[6,4]) -> y; p -> Sigmoid -> z",
                        "always=true")
                .saying("by a division of its own, because")
                .keepsOutputs();
        assertThat(s.operators()).contains("Div").doesNotContain("Mul");
        assertThat(s.after()
                        .require("z")
                        .producer()
                        .orElseThrow()
                        .input(0)
                        .orElseThrow()
                        .name())
                .isEqualTo("p");
    }

    @Test
    void keepsOutOfTheWayOfIntegers() {
        Smoothed s = Smoothed.of(
                        "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> p -> Conv(w[4,6,1,1]) -> y; p -> Add(b[1,6,8,8]) -> z",
                        "always=true",
                        "on=y")
                .because("would take the runtime out of integers");
        assertThat(s.operators()).doesNotContain("Div");
    }

    @Test
    void readersOfOneTensorShareTheFactorsOfTheirLargestWeights() {
        String text =
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> Relu -> p; p -> Conv(v[2,6,1,1]) -> y; p -> Conv(w[4,6,3,3]) -> z";
        Smoothed s = Smoothed.of(text, "alpha=0", "always=true");
        float[] v = s.after().require("v").constant().orElseThrow().floats();
        float[] w = s.after().require("w").constant().orElseThrow().floats();
        for (int c = 0; c < 6; c++) {
            float max = 0;
            for (int i = 0; i < v.length; i++) {
                max = Math.max(max, i % 6 == c ? Math.abs(v[i]) : 0);
            }
            for (int i = 0; i < w.length; i++) {
                max = Math.max(max, i / 9 % 6 == c ? Math.abs(w[i]) : 0);
            }
            assertThat(max).as("alpha 0 makes the larger of both alike").isCloseTo(1f, within(1e-5f));
        }
    }

    @Test
    void aDepthwiseConvolutionTakesAlphaOne() {
        Smoothed s = Smoothed.of(
                        "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> Relu -> Conv(w[6,1,3,3]; group=6) -> y", "always=true")
                .saying("alpha 1.00")
                .keepsOutputs();
        assertThat(s.spreadAt(s.after(), "y")).isLessThan(1.001);
    }

    @Test
    void statisticsOfBatchNormalizationMoveWithTheChannels() {
        Graph g = GraphText.parse(
                "x[1,5,8,8] -> Conv(a[6,5,1,1]) -> BatchNormalization -> n -> Relu -> Conv(w[4,6,1,1]) -> y");
        new FoldBatchNorm().apply(g, new Journal());
        BatchNormStatistics was = BatchNormStatistics.of(g, "n").orElseThrow();
        Smoothed s = Smoothed.of(g, "always=true", "on=y");
        BatchNormStatistics is = BatchNormStatistics.of(s.after(), "n").orElseThrow();
        float[] before = g.require("a").constant().orElseThrow().floats();
        float[] after = s.after().require("a").constant().orElseThrow().floats();
        for (int c = 0; c < 6; c++) {
            float factor = after[5 * c] / before[5 * c];
            assertThat(is.mean().get(c) / was.mean().get(c)).isCloseTo(factor, within(factor * 1e-4f));
            assertThat(is.deviation().get(c) / was.deviation().get(c)).isCloseTo(factor, within(factor * 1e-4f));
        }
    }

    @Test
    void isNamedByRecipesAndChecksItsOptions() {
        assertThat(Rewrites.named("smooth-quant", PassOptions.NONE).name()).isEqualTo("smooth-quant");
        assertThatThrownBy(() -> Smoothed.options("alpha=1.5")).isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> Smoothed.options("alpha=sometimes")).isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> Smoothed.options("beta=1")).isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> Smoothed.options("weight-bits=1")).isInstanceOf(RecipeException.class);
    }

    @Test
    void aSearchNeedsData() {
        Graph g = GraphText.parse("x[1,5,8,8] -> Conv(a[6,5,1,1]) -> Relu -> Conv(w[4,6,1,1]) -> y");
        Witness shapesAlone = new Witness() {
            @Override
            public java.util.Map<String, dev.octavo.core.tensor.TensorType> types(Graph graph) {
                return OrtEngine.INSTANCE.inferTypes(graph);
            }

            @Override
            public dev.octavo.core.stat.Evidence observe(Graph graph, dev.octavo.core.stat.EvidenceRequest request) {
                return new SeededWitness(graph, 2, 10).observe(graph, request);
            }

            @Override
            public java.util.List<java.util.Map<String, dev.octavo.core.tensor.Tensor>> samples(int most) {
                return java.util.List.of();
            }

            @Override
            public java.util.Optional<dev.octavo.core.data.Engine> engine() {
                return java.util.Optional.empty();
            }
        };
        SmoothQuant search = new SmoothQuant(Smoothed.options("alpha=search"));
        assertThatThrownBy(() -> search.apply(g.copy(), shapesAlone, new Journal()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no samples");
        Journal journal = new Journal();
        new SmoothQuant(Smoothed.options("alpha=0.5")).apply(g.copy(), shapesAlone, journal);
        assertThat(journal.countOf(SmoothQuant.NAME)).isPositive();
    }
}
