package dev.octavo.quant.rewrite;

import static dev.octavo.quant.testing.PassTest.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import dev.octavo.quant.testing.PassTest;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FoldBatchNormTest {
    static LongStream seeds() {
        return LongStream.range(0, 100);
    }

    @Test
    void foldsIntoTheConvolution() {
        given("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization -> y")
                .when(new FoldBatchNorm())
                .becomes("x[1,3,8,8] -> Conv(v[4,3,3,3], b[4]) -> y")
                .saying("folded into conv_1")
                .keepsOutputsWithin(1e-6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[2,4,6,6] -> Conv(w[6,2,3,3], b[6]; group=2 pads=1,1,1,1) -> BatchNormalization -> y",
                "x[1,4,6,6] -> Conv(w[8,1,3,3]; group=4 strides=2,2) -> BatchNormalization -> y",
                "x[2,4,3,3] -> ConvTranspose(w[4,3,2,2], b[3]; strides=2,2) -> BatchNormalization -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,2,2]; group=2 strides=2,2) -> BatchNormalization -> y",
                "x[5,4] -> Gemm(w[4,3], b[3]) -> BatchNormalization -> y",
                "x[5,4] -> Gemm(w[3,4], b[3]; transB=1) -> BatchNormalization -> y",
                "x[5,4] -> Gemm(w[3,4]; transB=1) -> BatchNormalization -> y",
                "x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization -> BatchNormalization -> y",
                "x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization -> Relu -> Conv(v[2,4,1,1])"
                        + " -> BatchNormalization -> y"
            })
    void foldsIntoEveryKindOfLayer(String text) {
        PassTest folded = given(text).when(new FoldBatchNorm()).keepsOutputsWithin(1e-6);

        assertThat(folded.graph().nodes()).noneMatch(n -> n.is("BatchNormalization"));
        assertThat(folded.graph().outputs()).extracting(Value::name).containsExactly("y");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsWhatRandomNetworksCompute(long seed) {
        given(RandomGraphs.of(seed))
                .when(new RemoveIdentity(), new FoldBatchNorm())
                .keepsOutputsWithin(1e-5);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void saysSomethingOfEveryNormalization(long seed) {
        Graph g = RandomGraphs.of(seed);
        long norms = g.nodes().stream().filter(n -> n.is("BatchNormalization")).count();

        PassTest folded = given(g).when(new FoldBatchNorm());

        assertThat(folded.journal().entries()).hasSize((int) norms);
    }

    @Test
    void theStatisticsSurvive() {
        Graph g = given("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization(g{1.0,-2.0,0.5,0.0},"
                        + " b{0.5,0.25,-1.0,2.0}, m{0.0,0.0,0.0,0.5}, v{1.0,1.0,1.0,2.0}) -> y")
                .when(new FoldBatchNorm())
                .graph();

        BatchNormStatistics kept = BatchNormStatistics.of(g, "y").orElseThrow();
        assertThat(kept.mean()).containsExactly(0.5f, 0.25f, -1f, 2f);
        assertThat(kept.deviation())
                .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-4 ? 0 : Float.compare(a, b))
                .containsExactly(1f, 2f, 0.5f, 0f);
        assertThat(BatchNormStatistics.of(g, "x")).isEmpty();
    }

    @Test
    void leavesNoConstantBehind() {
        Graph g = given("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> BatchNormalization -> y")
                .when(new FoldBatchNorm())
                .graph();

        assertThat(g.values().stream().filter(Value::isInitializer)).hasSize(2);
    }

    @Test
    void leavesASharedBiasToItsOtherReader() {
        given("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> BatchNormalization -> y; x -> Conv(u[4,3,3,3], b) -> z")
                .when(new FoldBatchNorm())
                .becomes("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> y; x -> Conv(u[4,3,3,3], c[4]) -> z")
                .keepsOutputsWithin(1e-6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,3,8,8] -> Conv(w[4,3,3,3]) -> c; c -> BatchNormalization -> y; c -> Relu -> z | also feeds relu_1",
                "x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization -> y; x -> Conv(w) -> z | is shared with conv_2",
                "x[1,3,8,8] -> Conv(w[4,3,3,3]) -> c! -> BatchNormalization -> y | is an output of the network",
                "x[1,3,8,8] -> Relu -> BatchNormalization -> y | no convolution or matrix product feeds it",
                "x[1,3,8,8] -> BatchNormalization -> y | no convolution or matrix product feeds it",
                "x[5,4] -> MatMul(w[4,3]) -> BatchNormalization -> y | has no bias to take the shift",
                "x[5,4] -> Gemm(w[4,3], b[3]; alpha=0.5) -> BatchNormalization -> y | scales its product",
                "x[5,4] -> Gemm(w[4,3], b[1]) -> BatchNormalization -> y | bias of gemm_1 is not one number per channel",
                "x[5,4] -> Gemm(w[4,3], b[5,3]) -> BatchNormalization -> y | bias of gemm_1 is not one number per channel",
                "x[1,3,8,8] -> Conv(w[4,3,1,1]) -> BatchNormalization(s[4], b[4], m[4], v[4]; training_mode=1) -> y"
                        + " | training form",
                "x[1,3,8,8] -> Conv(w[4,3,1,1]) -> BatchNormalization(s:double[4], b[4], m[4], v[4]) -> y | not float32",
                "x[1,3,8,8] -> Conv(w:float16[4,3,1,1]) -> BatchNormalization(s[4], b[4], m[4], v[4]) -> y | not float32",
                "t[3] -> Identity -> s; x[1,3,8,8] -> Conv(w[3,3,1,1]) -> BatchNormalization(s, b[3], m[3], v[3]) -> y"
                        + " | computed, not constant",
                "k[4,3,1,1] -> Identity -> w; x[1,3,8,8] -> Conv(w) -> BatchNormalization(s[4], b[4], m[4], v[4]) -> y"
                        + " | computed, not constant"
            })
    void leavesAlone(String text, String why) {
        given(text).when(new FoldBatchNorm()).isUnchanged().because(why);
    }

    @Test
    void leavesAloneAWeightThatIsAResult() {
        given("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization -> y")
                .with(g -> g.addOutput(g.require("w")))
                .when(new FoldBatchNorm())
                .isUnchanged()
                .because("is an output of the network");
    }

    @Test
    void foldsAWeightThatAConstantNodeGives() {
        Graph text = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization -> y");
        Graph g = new Graph("constants");
        g.addInput("x", text.require("x").type().orElseThrow());
        text.values().stream()
                .filter(Value::isInitializer)
                .forEach(v -> g.addNode(NodeSpec.of("Constant", "")
                        .attribute("value", new Attribute.Dense(v.constant().orElseThrow()))
                        .outputs(v.name())));
        text.nodes().forEach(n -> g.addNode(NodeSpec.like(n)));
        g.addOutput(g.require("y"));

        PassTest folded = given(g).when(new FoldBatchNorm()).keepsOutputsWithin(1e-6);

        assertThat(folded.graph().nodes().stream().map(Node::type).filter(t -> !t.equals("Constant")))
                .containsExactly("Conv");
    }
}
