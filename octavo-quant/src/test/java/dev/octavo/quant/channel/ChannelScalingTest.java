package dev.octavo.quant.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.core.testing.ReferenceEngine.Array;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelScalingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,4,5,5] -> Conv(w[6,4,3,3], b[6]) -> y",
                "x[1,4,5,5] -> Conv(w[6,2,3,3], b[6]; group=2) -> y",
                "x[1,4,5,5] -> Conv(w[8,1,3,3], b[8]; group=4) -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,2,2], b[3]; strides=2,2) -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,2,2], b[6]; group=2 strides=2,2) -> y",
                "x[5,4] -> Gemm(w[4,3], b[3]) -> y",
                "x[5,4] -> Gemm(w[3,4]; transB=1) -> y",
                "x[5,4] -> MatMul(w[4,3]) -> y"
            })
    void scaledInputsAndOutputsAreWhatScaledChannelsGive(String text) {
        Graph graph = GraphText.parse(text);
        Graph scaled = graph.copy();
        Weighted w = Weighted.of(scaled.nodes().get(0)).orElseThrow();
        assertThat(ChannelScaling.obstacle(w)).isEmpty();
        Random random = new Random(1);
        double[] out = random.doubles(ChannelScaling.outputs(w), 0.1, 10).toArray();
        double[] in = random.doubles(ChannelScaling.inputs(w), 0.1, 10).toArray();

        ChannelScaling.scale(scaled, w, out, in);

        Map<String, Array> x = ReferenceEngine.inputs(graph, 3);
        Array y = ReferenceEngine.run(scaled, x).get("y");
        Array input = Objects.requireNonNull(x.get("x"));
        times(input, in);
        Array expected = Objects.requireNonNull(ReferenceEngine.run(graph, x).get("y"));
        times(expected, out);
        double[] seen = Objects.requireNonNull(y).data();
        for (int i = 0; i < seen.length; i++) {
            assertThat(seen[i]).isCloseTo(expected.data()[i], within(1e-5 * (1 + Math.abs(expected.data()[i]))));
        }
    }

    private static void times(Array a, double[] factor) {
        int inner = a.dims().subList(2, a.dims().size()).stream().reduce(1, (p, q) -> p * q);
        for (int i = 0; i < a.data().length; i++) {
            a.data()[i] *= factor[i / inner % factor.length];
        }
    }

    @Test
    void leavesASharedBiasToItsOtherReader() {
        Graph graph = GraphText.parse("x[1,2,4,4] -> Conv(w[3,2,1,1], b[3]) -> y; x -> Conv(v[3,2,1,1], b) -> z");
        Weighted w = Weighted.of(graph.nodes().get(0)).orElseThrow();
        float[] before = graph.require("b").constant().orElseThrow().floats();

        ChannelScaling.scale(graph, w, new double[] {2, 2, 2}, new double[] {1, 1});

        assertThat(graph.require("b").constant().orElseThrow().floats()).isEqualTo(before);
        assertThat(graph.nodes().get(0).input(2).orElseThrow().name()).isNotEqualTo("b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,2,4,4] -> Conv(w[3,2,1,1]) -> y; x -> Conv(w) -> z",
                "x[5,4] -> Gemm(w[4,3], b[5,3]) -> y",
                "x[4,5] -> Gemm(w[4,3]; transA=1) -> y",
                "x[2,5,4] -> MatMul(w[2,4,3]) -> y",
                "x[1,2,4,4], w[3,2,1,1] -> Conv -> y"
            })
    void saysWhyItCannot(String text) {
        assertThat(ChannelScaling.obstacle(
                        Weighted.of(GraphText.parse(text).nodes().get(0)).orElseThrow()))
                .isPresent();
    }
}
