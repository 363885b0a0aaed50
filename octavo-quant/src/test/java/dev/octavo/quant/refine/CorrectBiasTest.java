package dev.octavo.quant.refine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.core.testing.ReferenceEngine.Array;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.testing.Sweeps;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorrectBiasTest {
    private static final QuantSpec S3 = QuantSpec.perTensor(3, true, true);
    private static final Grid COARSE = Grid.perTensor(S3, new QuantParams(0.3f, 0));

    /** Inputs are the same all over a channel, so the means say all about the border too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,4,5,5] -> Conv(w[6,4,1,1], b[6]) -> y",
                "x[1,4,5,5] -> Conv(w[6,4,3,3], b[6]) -> y",
                "x[1,4,5,5] -> Conv(w[6,2,3,3], b[6]; group=2 strides=2,2) -> y",
                "x[1,4,5,5] -> Conv(w[8,1,3,3], b[8]; group=4) -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,2,2], b[3]; strides=2,2) -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,1,1], b[3]) -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,2,2], b[6]; group=2 strides=2,2) -> y",
                "x[1,5] -> Gemm(w[5,3], b[3]) -> y",
                "x[1,5] -> Gemm(w[3,5], b[3]; transB=1) -> y"
            })
    void theMeanOfTheOutputIsThatOfTheFloatNetwork(String text) {
        Graph g = GraphText.parse(text);
        List<Map<String, Array>> samples = Sweeps.samples(g, 20);
        samples.forEach(s -> flatten(Objects.requireNonNull(s.get("x"))));
        Plan plan = plan();

        Plan corrected = CorrectBias.apply(g, plan, evidence(g, samples), new Journal());

        double[] before = meanError(g, plan, samples);
        double[] after = meanError(g, corrected, samples);
        assertThat(Arrays.stream(before).map(Math::abs).max().orElseThrow()).isGreaterThan(1e-2);
        assertThat(Arrays.stream(after).map(Math::abs).max().orElseThrow()).isLessThan(1e-5);
    }

    @Test
    void permutingTheInputChannelsChangesNothing() {
        int[] order = {2, 0, 3, 1};
        Graph g = GraphText.parse("x[1,4,5,5] -> Conv(w[6,4,3,3], b[6]) -> y");
        Graph permuted = g.copy();
        Tensor w = g.require("w").constant().orElseThrow();
        permuted.replaceConstant(permuted.require("w"), Tensor.ofFloats(w.shape(), permute(w.floats(), order, 9)));
        List<Map<String, Array>> samples = Sweeps.samples(g, 10);
        List<Map<String, Array>> others = Sweeps.samples(g, 10);
        for (Map<String, Array> s : others) {
            double[] x = Objects.requireNonNull(s.get("x")).data();
            double[] old = x.clone();
            for (int i = 0; i < x.length; i++) {
                x[i] = old[order[i / 25] * 25 + i % 25];
            }
        }

        float[] one = bias(CorrectBias.apply(g, plan(), evidence(g, samples), new Journal()));
        float[] two = bias(CorrectBias.apply(permuted, plan(), evidence(permuted, others), new Journal()));

        for (int i = 0; i < one.length; i++) {
            assertThat(two[i]).isCloseTo(one[i], org.assertj.core.data.Offset.offset(1e-6f));
        }
    }

    @Test
    void aSecondTimeNothingIsTakenBackAgain() {
        Graph g = GraphText.parse("x[1,4,5,5] -> Conv(w[6,4,1,1], b[6]) -> y");
        Evidence evidence = evidence(g, Sweeps.samples(g, 10));
        Plan once = CorrectBias.apply(g, plan(), evidence, new Journal());
        Journal journal = new Journal();

        Plan twice = CorrectBias.apply(g, once, evidence, journal);

        assertThat(bias(once))
                .isNotEqualTo(g.require("b").constant().orElseThrow().floats());
        assertThat(twice).isEqualTo(once);
        assertThat(journal.entries())
                .singleElement()
                .satisfies(e -> assertThat(e.text()).contains("corrected already: from the means of the evidence"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,4,5,5] -> Conv(w[6,4,1,1]) -> y | it has no bias",
                "x[1,5] -> Gemm(w[5,3], b[1]) -> y | not one number per output channel",
                "x[1,5] -> Gemm(w[5,3], b[3]; alpha=0.5) -> y | scales its product",
                "x[1,4,5,5] -> Conv(w[6,4,1,1], b[6]) -> y; x -> Conv(v[6,4,1,1], b) -> z | shared with another node"
            })
    void leavesAlone(String text, String why) {
        Graph g = GraphText.parse(text);
        Journal journal = new Journal();

        Plan same = CorrectBias.apply(g, plan(), evidence(g, Sweeps.samples(g, 2)), journal);

        assertThat(same).isEqualTo(plan());
        assertThat(journal.entries()).anySatisfy(e -> assertThat(e.text()).contains(why));
    }

    @Test
    void leavesAloneWhatNoMeansWereCollectedForOrHasAnotherWeight() {
        Graph g = GraphText.parse("x[1,4,5,5] -> Conv(w[6,4,1,1], b[6]) -> y");
        Journal journal = new Journal();
        Plan replaced =
                plan().withConstants(Map.of("w", g.require("w").constant().orElseThrow()));

        CorrectBias.apply(g, plan(), Evidence.none("test"), journal);
        CorrectBias.apply(g, replaced, evidence(g, Sweeps.samples(g, 2)), journal);

        assertThat(journal.entries()).extracting(Journal.Entry::did).containsExactly(false, false);
        assertThat(journal.entries().get(0).text()).contains("no channel means");
        assertThat(journal.entries().get(1).text()).contains("changed by another refinement");
    }

    @Test
    void refusesEvidenceOfAnotherGraph() {
        Graph g = GraphText.parse("x[1,4,5,5] -> Conv(w[6,4,1,1], b[6]) -> y");

        assertThatThrownBy(() -> CorrectBias.apply(g, plan(), Evidence.none("other"), new Journal()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("two different graphs");
    }

    private static void flatten(Array x) {
        int inner = x.dims().size() < 4 ? 1 : x.dims().get(2) * x.dims().get(3);
        double[] drawn = x.data().clone();
        for (int i = 0; i < drawn.length; i++) {
            x.data()[i] = 1 + drawn[i / inner * inner];
        }
    }

    private static Evidence evidence(Graph g, List<Map<String, Array>> samples) {
        int axis = g.require("x").type().orElseThrow().shape().rank() == 2 ? -1 : 1;
        return Sweeps.of(g, new EvidenceRequest(new TreeMap<>(Map.of("x", Set.of(axis)))), samples);
    }

    private static Plan plan() {
        return Plan.empty("test").withGrids(new TreeMap<>(Map.of(new Site.OfValue("w"), COARSE)));
    }

    /* The mean over samples and places, per channel, of quantized minus float output. */
    private static double[] meanError(Graph g, Plan plan, List<Map<String, Array>> samples) {
        Graph quantized = g.copy();
        Tensor w = g.require("w").constant().orElseThrow();
        quantized.replaceConstant(quantized.require("w"), Codes.real(Codes.of(w, COARSE), COARSE));
        plan.constants().forEach((name, t) -> quantized.replaceConstant(quantized.require(name), t));
        double[] sum = new double[0];
        for (Map<String, Array> s : samples) {
            Array expected = Objects.requireNonNull(ReferenceEngine.run(g, s).get("y"));
            Array actual =
                    Objects.requireNonNull(ReferenceEngine.run(quantized, s).get("y"));
            int channels = expected.dims().get(1);
            int inner = expected.data().length / channels;
            sum = sum.length == 0 ? new double[channels] : sum;
            for (int i = 0; i < expected.data().length; i++) {
                sum[i / inner] += (actual.data()[i] - expected.data()[i]) / inner / samples.size();
            }
        }
        return sum;
    }

    private static float[] permute(float[] w, int[] order, int inner) {
        float[] out = new float[w.length];
        for (int i = 0; i < w.length; i++) {
            int c = i / inner % order.length;
            out[i] = w[i + (order[c] - c) * inner];
        }
        return out;
    }

    private static float[] bias(Plan plan) {
        return Objects.requireNonNull(plan.constants().get("b")).floats();
    }
}
