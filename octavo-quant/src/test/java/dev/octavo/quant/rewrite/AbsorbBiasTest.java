package dev.octavo.quant.rewrite;

import static dev.octavo.quant.testing.PassTest.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.core.testing.ReferenceEngine.Array;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.testing.PassTest;
import dev.octavo.quant.testing.Sweeps;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AbsorbBiasTest {
    private static final String PAIR =
            "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> r -> Conv(u[5,4,1,1], c[5]) -> y";

    private static AbsorbBias pass() {
        return new AbsorbBias(PassOptions.NONE);
    }

    /* Channels 0 and 2 far above 0, statistics that say so. */
    private static void raise(Graph g) {
        float[] b = {40, 0.1f, 60, -30};
        g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(4), b));
        float[] gamma = {2, 1, 3, 1};
        BatchNormStatistics.record(g, "v", gamma, b);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PAIR,
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> r -> Conv(u[5,4,1,1]) -> y",
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> r -> Conv(u[4,1,3,3], c[4]; group=4) -> y",
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> r -> Conv(u[6,2,3,3], c[6]; group=2) -> y",
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> r -> Conv(u[5,4,1,1], c[5]) -> y;"
                        + " r -> Conv(s[2,4,1,1]) -> z",
                "x[2,3] -> Gemm(w[3,4], b[4]) -> v -> Relu -> r -> Gemm(u[4,5], c[5]) -> y"
            })
    void keepsTheOutputsAndMakesTheTensorBetweenSmaller(String text) {
        PassTest done = given(text).with(AbsorbBiasTest::raise).when(pass()).keepsOutputsWithin(1e-6);
        done.saying("gave up to 51.0 of the bias of 2 of 4 channels");
        Graph g = done.graph();
        assertThat(g.require("b").constant().orElseThrow().floats()).containsExactly(6, 0.1f, 9, -30);
        BatchNormStatistics s = BatchNormStatistics.of(g, "v").orElseThrow();
        assertThat(s.mean()).containsExactly(6f, 0.1f, 9f, -30f);
        assertThat(s.deviation()).containsExactly(2f, 1f, 3f, 1f);
    }

    @Test
    void aSecondTimeThereIsNothingLeft() {
        PassTest once = given(PAIR).with(AbsorbBiasTest::raise).when(pass());
        given(once.graph()).when(pass()).isUnchanged().because("no channel stays clear of 0 by 3.0 deviations");
    }

    /** Where values do fall below c, the mean of the error is what a normal variable's tail gives: 0.00038 deviations. */
    @Test
    void whatIsCutOffIsTheTailBelowThreeDeviations() {
        Graph g =
                GraphText.parse("x[1,1,500,500] -> Conv(w[1,1,1,1], b[1]) -> v -> Relu -> r -> Conv(u[1,1,1,1]) -> y");
        g.replaceConstant(g.require("w"), Tensor.ofFloats(Shape.of(1, 1, 1, 1), 2));
        g.replaceConstant(g.require("u"), Tensor.ofFloats(Shape.of(1, 1, 1, 1), 1));
        g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(1), 20));
        BatchNormStatistics.record(g, "v", new float[] {2}, new float[] {20});
        Graph after = g.copy();
        pass().apply(after, new Journal());
        Map<String, Array> in = ReferenceEngine.inputs(g, 5);
        double[] y = Objects.requireNonNull(ReferenceEngine.run(g, in).get("y")).data();
        double[] z =
                Objects.requireNonNull(ReferenceEngine.run(after, in).get("y")).data();
        double sum = 0;
        double most = 0;
        for (int i = 0; i < y.length; i++) {
            sum += z[i] - y[i];
            most = Math.max(most, Math.abs(z[i] - y[i]));
        }
        assertThat(sum / y.length).isCloseTo(0.000382 * 2, within(0.0002));
        assertThat(most).isLessThan(2 * 2.5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> Conv(u[5,4,3,3]; pads=1,1,1,1) -> y"
                        + " | conv_2 pads it with zeros",
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Clip(0,6) -> Conv(u[5,4,1,1]) -> y | is no Relu (see replace-relu6)",
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> GlobalAveragePool -> y | no bias to take the rest",
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> y | is an output of the network",
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> r; v -> Relu -> z; r -> Conv(u[5,4,1,1]) -> y"
                        + " | something else than one Relu",
                "x[1,3,6,6] -> Conv(w[4,3,1,1]) -> v -> Relu -> Conv(u[5,4,1,1]) -> y; b[4] -> Relu -> z"
                        + " | no constant bias of its own",
                "x[1,3,6,6] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> r -> Conv(u[5,4,1,1], b2[5]) -> y; b2 -> Relu -> z"
                        + " | computed, shared or scaled",
                "x[2,3] -> Gemm(w[3,4], b[4]) -> v -> Relu -> Gemm(u[4,5], c[5]; alpha=0.5) -> y | computed, shared or scaled",
                "x[2,3] -> Gemm(w[3,4], b[4]) -> v -> Relu -> MatMul(u[4,5]) -> y | has no bias to take the rest"
            })
    void leavesAlone(String text, String why) {
        given(text)
                .with(g -> BatchNormStatistics.record(g, "v", new float[4], new float[] {9, 9, 9, 9}))
                .when(pass())
                .isUnchanged()
                .because(why);
    }

    @Test
    void aPaddingReaderTakesPartIfAskedTo() {
        String text = "x[1,3,9,9] -> Conv(w[4,3,1,1], b[4]) -> v -> Relu -> r -> Conv(u[5,4,3,3]; pads=1,1,1,1) -> y";
        PassTest done = given(text).with(AbsorbBiasTest::raise).when(new AbsorbBias(options("padded", "true")));
        Map<String, Array> in = ReferenceEngine.inputs(done.graph(), 3);
        Graph before = GraphText.parse(text);
        raise(before);
        double[] y =
                Objects.requireNonNull(ReferenceEngine.run(before, in).get("y")).data();
        double[] z = Objects.requireNonNull(
                        ReferenceEngine.run(done.graph(), in).get("y"))
                .data();
        for (int i = 0; i < y.length; i++) {
            int row = i % 81 / 9;
            int column = i % 9;
            boolean border = row == 0 || row == 8 || column == 0 || column == 8;
            if (!border) {
                assertThat(z[i]).isCloseTo(y[i], within(1e-4));
            }
        }
        assertThat(z[0]).isNotCloseTo(y[0], within(1.0));
    }

    @Test
    void withoutStatisticsTheLeastThatDataShowIsTaken() {
        Graph g = GraphText.parse(PAIR);
        g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(4), 40, 0.1f, 60, -30));
        given(g).when(pass()).isUnchanged().because("no batch normalisation left its statistics there");
        List<Map<String, Array>> samples = List.of(ReferenceEngine.inputs(g, 0), ReferenceEngine.inputs(g, 1));
        Graph after = g.copy();
        Journal journal = new Journal();
        pass().apply(after, seeing(samples), journal);
        assertThat(journal.countOf(AbsorbBias.NAME)).isEqualTo(1);
        for (Map<String, Array> in : samples) {
            double[] y =
                    Objects.requireNonNull(ReferenceEngine.run(g, in).get("y")).data();
            double[] z = Objects.requireNonNull(ReferenceEngine.run(after, in).get("y"))
                    .data();
            for (int i = 0; i < y.length; i++) {
                assertThat(z[i]).isCloseTo(y[i], within(1e-4));
            }
        }
        assertThat(after.require("b").constant().orElseThrow().floats()[0]).isLessThan(20);
    }

    @Test
    void refusesOptionsThatCannotBe() {
        assertThatThrownBy(() -> new AbsorbBias(options("deviations", "-1")))
                .hasMessageContaining("deviations is -1.0");
        assertThatThrownBy(() -> new AbsorbBias(options("paded", "true"))).hasMessageContaining("paded");
    }

    static PassOptions options(String key, String... values) {
        return new PassOptions(Map.of(key, List.of(values)));
    }

    static Witness seeing(List<Map<String, Array>> samples) {
        return new Witness() {
            @Override
            public Map<String, TensorType> types(Graph graph) {
                return Map.of();
            }

            @Override
            public Evidence observe(Graph graph, EvidenceRequest request) {
                return Sweeps.of(graph, request, samples);
            }

            @Override
            public List<Map<String, Tensor>> samples(int most) {
                return List.of();
            }

            @Override
            public Optional<dev.octavo.core.data.Engine> engine() {
                return Optional.empty();
            }

            @Override
            public boolean hasData() {
                return true;
            }
        };
    }
}
