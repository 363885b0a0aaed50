package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.quant.rewrite.CutDeadChannels;
import dev.octavo.quant.rewrite.FoldArithmetic;
import dev.octavo.quant.rewrite.FoldNormForward;
import dev.octavo.quant.rewrite.PoolInsteadOfProduct;
import dev.octavo.quant.rewrite.ReplaceSynonyms;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What exporters write in other words becomes the form that kernels and passes know, and computes the same. */
class StandardFormsTest {
    private static Rewriting synonyms(String text) {
        return Rewriting.of(text, new ReplaceSynonyms());
    }

    private static Rewriting arithmetic(String text) {
        return Rewriting.of(text, new FoldArithmetic());
    }

    private static Rewriting forward(String text) {
        return Rewriting.of(text, new FoldNormForward());
    }

    @Test
    void limitsAreWrittenAsLimits() {
        synonyms("x[1,4,8,8] -> Max(0.0) -> y").becomes("Relu").keepsOutputs();
        synonyms("x[1,4,8,8] -> Max(0.25) -> y").becomes("Clip").keepsOutputs();
        synonyms("x[1,4,8,8] -> Min(0.25) -> y").becomes("Clip").keepsOutputs();
        synonyms("x[1,4,8,8] -> Max(0.0) -> Min(0.5) -> y")
                .becomes("Relu", "Clip")
                .keepsOutputs();
        synonyms("x[1,4,8,8] -> Max(c[4,1,1]) -> y").isUnchanged();
        synonyms("x[1,4,8,8], z[1,4,8,8] -> Max -> y").isUnchanged();
    }

    @Test
    void slopesThatAreAllTheSameNeedNoTensor() {
        synonyms("x[1,2,8,8] -> PRelu(0.0) -> y").becomes("Relu").keepsOutputs();
        synonyms("x[1,2,8,8] -> PRelu(0.25) -> y").becomes("LeakyRelu").keepsOutputs();
        synonyms("x[1,4,8,8] -> PRelu(c[4,1,1]) -> y").isUnchanged();
    }

    @Test
    void slopesInAnotherShapeAreAConstant() {
        Graph g = GraphText.parse("x[1,4,8,8] -> PRelu(c[4,1,1]) -> y");
        g.replaceConstant(g.require("c"), Tensor.ofFloats(Shape.of(4), 0.1f, 0.2f, -0.3f, 1));
        g.addConstant("axes", Tensor.ofLongs(Shape.of(2), 1, 2));
        Node shaper = g.insertBefore(
                g.nodes().get(0),
                NodeSpec.of("Unsqueeze", "u").inputs("c", "axes").outputs("shaped"));
        g.setInput(g.nodes().get(1), 1, shaper.output());
        Rewriting.of(g, new ReplaceSynonyms()).becomes("PRelu").keepsOutputs();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,3,8,8] -> Conv(w[4,3,3,3]) -> Mul(f[4,1,1]) -> y",
                "x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> Mul(f[1,4,1,1]) -> Add(a[1,4,1,1]) -> y",
                "x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> Sub(a[4,1,1]) -> Div(2.5) -> y",
                "x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> Mul(2.0) -> Add(0.5) -> y",
                "x[1,4,8,8] -> Conv(w[4,1,3,3]; group=4 pads=1,1,1,1) -> Add(a[1,4,1,1]) -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,2,2]; group=2 strides=2,2) -> Mul(f[6,1,1]) -> Add(a[6,1,1]) -> y",
                "x[5,4] -> Gemm(w[4,3], b[3]) -> Mul(f[3]) -> Add(a[1,3]) -> y",
                "x[5,4] -> MatMul(w[4,3]) -> Mul(f[3]) -> y"
            })
    void arithmeticBehindALayerIsFolded(String text) {
        Rewriting folded = arithmetic(text);
        assertThat(folded.operators()).hasSize(1);
        folded.keepsOutputs();
    }

    @Test
    void theDifferenceFromAConstantTurnsTheSign() {
        Graph g = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> c; c -> Sub(a[4,1,1]) -> y");
        Value a = g.nodes().get(1).input(1).orElseThrow();
        Value c = g.nodes().get(1).input(0).orElseThrow();
        g.setInput(g.nodes().get(1), 0, a);
        g.setInput(g.nodes().get(1), 1, c);
        Rewriting.of(g, new FoldArithmetic()).becomes("Conv").keepsOutputs();
    }

    @Test
    void arithmeticThatIsNotOnePerChannelStays() {
        arithmetic("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> Mul(f[1,1,1,6]) -> y")
                .isUnchanged()
                .because("not one number per channel");
        arithmetic("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> Add(f[2,4,1,1]) -> y").isUnchanged();
        arithmetic("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> c; c -> Mul(f[4,1,1]) -> y; c -> Relu -> z")
                .isUnchanged()
                .because("has other readers");
        arithmetic("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> Div(0.0) -> y")
                .isUnchanged()
                .because("divides by 0");
        arithmetic("x[5,4] -> MatMul(w[4,3]) -> Add(f[3]) -> y").isUnchanged().because("has no bias");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,4,8,8] -> Relu -> BatchNormalization -> Conv(w[6,4,1,1], b[6]) -> y",
                "x[1,4,8,8] -> Relu -> BatchNormalization -> Conv(w[6,4,3,3]; strides=2,2) -> y",
                "x[1,4,8,8] -> Relu -> BatchNormalization -> Conv(w[8,1,3,3], b[8]; group=4) -> y",
                "x[1,4,8,8] -> Relu -> BatchNormalization -> Conv(w[6,2,3,3]; group=2) -> y",
                "x[5,4] -> Relu -> BatchNormalization -> Gemm(w[3,4], b[3]; transB=1) -> y",
                "x[1,4,8,8] -> Relu -> BatchNormalization -> n; n -> Conv(w[6,4,1,1]) -> y; n -> Conv(v[3,4,3,3]) -> z"
            })
    void aNormalizationBehindAnActivationIsFoldedForward(String text) {
        Rewriting folded = forward(text);
        assertThat(folded.operators()).doesNotContain("BatchNormalization");
        folded.keepsOutputs();
    }

    @Test
    void aShiftStopsAtPadding() {
        String padded = "x[1,4,8,8] -> Relu -> BatchNormalization -> Conv(w[6,4,3,3]; pads=1,1,1,1) -> y";
        forward(padded).isUnchanged().because("pads with zeros");
        Graph unshifted = GraphText.parse(padded);
        Value mean = unshifted.nodes().get(1).input(3).orElseThrow();
        Value beta = unshifted.nodes().get(1).input(2).orElseThrow();
        unshifted.replaceConstant(mean, Tensor.ofFloats(Shape.of(4), new float[4]));
        unshifted.replaceConstant(beta, Tensor.ofFloats(Shape.of(4), new float[4]));
        Rewriting.of(unshifted, new FoldNormForward()).becomes("Relu", "Conv").keepsOutputs();
    }

    @Test
    void aNormalizationThatOthersReadStays() {
        forward("x[1,4,8,8] -> Relu -> BatchNormalization -> n; n -> Conv(w[6,4,1,1]) -> y; n -> Sigmoid -> z")
                .isUnchanged()
                .because("has no weight");
        forward("x[1,4,8,8] -> Relu -> BatchNormalization -> y").isUnchanged();
    }

    @Test
    void aMeanWrittenAsAProductIsAPool() {
        Graph g = GraphText.parse("x[2,3,8,8] -> Conv(w[4,3,1,1]) -> Relu -> Reshape(s{0,4,64}) -> MatMul(m[64,1])"
                + " -> Reshape(t{0,4}) -> y");
        Value column = g.require("m");
        float[] mean = new float[64];
        Arrays.fill(mean, 1f / 64);
        Rewriting.of(g, new PoolInsteadOfProduct()).isUnchanged();
        g.replaceConstant(column, Tensor.ofFloats(Shape.of(64, 1), mean));
        Rewriting.of(g, new PoolInsteadOfProduct())
                .becomes("Conv", "Relu", "GlobalAveragePool", "Reshape", "Reshape")
                .keepsOutputs();
    }

    /** A channel without weights is 0 behind its limit, and so is its depthwise successor: nobody need read them. */
    @Test
    void weightsThatReadDeadChannelsAreZero() {
        Graph g = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> Relu -> MaxPool(; kernel_shape=2,2)"
                + " -> Conv(d[4,1,3,3]; group=4 pads=1,1,1,1) -> Clip(0.0,6.0) -> Conv(v[2,4,1,1], c[2]) -> y");
        float[] w = g.require("w").constant().orElseThrow().floats();
        float[] b = g.require("b").constant().orElseThrow().floats();
        Arrays.fill(w, 27, 54, 0);
        b[1] = -1;
        b[2] = -1;
        g.replaceConstant(g.require("w"), Tensor.ofFloats(Shape.of(4, 3, 3, 3), w));
        g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(4), b));

        Rewriting cut = Rewriting.of(g, new CutDeadChannels());

        float[] v = cut.after().require("v").constant().orElseThrow().floats();
        assertThat(v[1]).isZero();
        assertThat(v[5]).isZero();
        assertThat(List.of(v[0], v[2], v[3], v[4], v[6], v[7])).doesNotContain(0f);
        cut.keepsOutputs();
        b[1] = 1;
        g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(4), b));
        Rewriting.of(g, new CutDeadChannels()).isUnchanged();
    }

    /** All standard rewrites together leave one convolution and its limit of what an exporter took apart. */
    @Test
    void theStandardRewritesUndoWhatAnExporterTookApart() {
        Graph g = GraphText.parse(
                "x[1,3,8,8] -> Conv(w[4,3,3,3]) -> Mul(f[4,1,1]) -> Add(a[4,1,1]) -> Max(0.0) -> Min(0.5)"
                        + " -> BatchNormalization -> Conv(v[2,4,1,1]) -> y");
        Graph after = Preparation.rewrite(g, OrtEngine.INSTANCE::inferTypes).graph();
        assertThat(after.nodes()).extracting(n -> n.type()).containsExactly("Conv", "Clip", "Conv");
        float[] x = new float[3 * 64];
        Random random = new Random(2);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        assertThat(EqualizeTest.difference(g, after, Tensor.ofFloats(Shape.of(1, 3, 8, 8), x)))
                .isLessThan(1e-5);
    }
}
