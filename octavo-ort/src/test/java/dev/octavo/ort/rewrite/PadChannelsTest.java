package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.op.Conv;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.BatchNormStatistics;
import dev.octavo.quant.rewrite.FoldBatchNorm;
import dev.octavo.quant.rewrite.PadChannels;
import org.junit.jupiter.api.Test;

class PadChannelsTest {
    private static final String BLOCK = "x[1,4,8,8] -> Conv(a[24,4,1,1], b[24]) -> Clip(0.0,6.0) -> h"
            + " -> Conv(d[24,1,3,3], c[24]; group=24 pads=1,1,1,1) -> Relu -> Conv(e[6,24,1,1]) -> y";

    private static Rewriting given(String text) {
        return Rewriting.of(text, new PadChannels());
    }

    @Test
    void fillsUpToAMultipleOf16() {
        Rewriting r = given(BLOCK).because("32 channels instead of 24");
        assertThat(Conv.of(r.after().nodes().get(2)).orElseThrow().group()).isEqualTo(32);
        r.keepsOutputs();
    }

    @Test
    void fillsUpForSeveralReadersAndWithoutBiases() {
        given("x[1,3,8,8] -> Conv(a[5,3,3,3]) -> Conv(d[5,1,3,3]; group=5) -> Sigmoid -> h;"
                        + " h -> Conv(e[6,5,1,1]) -> y; h -> Conv(f[2,5,3,3]) -> z")
                .keepsOutputs();
    }

    @Test
    void leavesAloneAMultipleOf16() {
        given("x[1,4,8,8] -> Conv(a[32,4,1,1]) -> Conv(d[32,1,3,3]; group=32) -> Conv(e[6,32,1,1]) -> y")
                .isUnchanged();
    }

    @Test
    void leavesAloneWhatIsReadOtherwiseToo() {
        given("x[1,4,8,8] -> Conv(a[24,4,1,1]) -> h -> Conv(d[24,1,1,1]; group=24) -> Conv(e[6,24,1,1]) -> y;"
                        + " h -> Relu -> z")
                .isUnchanged()
                .because("not between convolutions");
        given("x[1,4,8,8] -> Conv(a[24,4,1,1]) -> h -> Conv(d[24,1,1,1]; group=24) -> g; g -> Add(k[1,24,8,8]) -> y")
                .isUnchanged()
                .because("not between convolutions");
    }

    @Test
    void leavesAloneADepthwiseConvolutionBehindAnother() {
        given("x[1,4,8,8] -> Conv(a[24,4,1,1]) -> Conv(d[24,1,1,1]; group=24) -> Conv(g[24,1,3,3]; group=24)"
                        + " -> Conv(e[6,24,1,1]) -> y")
                .isUnchanged()
                .because("has groups of channels");
    }

    @Test
    void fillsUpWhatAFoldedBatchNormalizationKnew() {
        Graph graph = GraphText.parse("x[1,4,8,8] -> Conv(a[24,4,1,1]) -> BatchNormalization -> h"
                + " -> Conv(d[24,1,3,3]; group=24) -> BatchNormalization -> g -> Conv(e[6,24,1,1]) -> y");
        new FoldBatchNorm().apply(graph, new Journal());
        Rewriting r = Rewriting.of(graph, new PadChannels());
        assertThat(BatchNormStatistics.of(r.after(), "g").orElseThrow().mean()).hasSize(32);
        assertThat(BatchNormStatistics.of(r.after(), "h")
                        .orElseThrow()
                        .deviation()
                        .subList(24, 32))
                .containsOnly(0f);
        r.keepsOutputs();
    }
}
