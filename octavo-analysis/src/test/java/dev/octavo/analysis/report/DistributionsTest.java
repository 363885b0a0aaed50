package dev.octavo.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.octavo.analysis.Pictures;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.SweepOptions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DistributionsTest {
    private static final Pictures DATA = Pictures.of(4);
    private static final Graph NETWORK = GraphText.parse("x[1,3,8,8] -> Conv(w[6,3,3,3]) -> Relu -> r");

    private static Distributions of(Graph graph, String... values) {
        return Distributions.of(graph, List.of(values), DATA, SweepOptions.standard(), Progress.NONE);
    }

    @Test
    void aHistogramHasEveryValueInItsPlace() {
        Distributions d = of(NETWORK, "x", "r");
        ReportSite.Bars x = d.histogram("x").orElseThrow();
        assertThat(x.counts().stream().mapToLong(Long::longValue).sum()).isEqualTo(4 * 3 * 8 * 8);
        assertThat(x.low()).isNegative();
        assertThat(x.low() + x.width() * x.counts().size()).isPositive();
        // After a Relu nothing lies below 0, and the zeros lie at its beginning.
        ReportSite.Bars r = d.histogram("r").orElseThrow();
        assertThat(r.low()).isZero();
        assertThat(r.counts().get(0))
                .isGreaterThan(r.counts().stream().mapToLong(Long::longValue).sum() / 4);
    }

    @Test
    void whatAGridClipsIsCounted() {
        Distributions d = of(NETWORK, "x");
        assertThat(d.outside("x", -100, 100)).hasValue(0.0);
        assertThat(d.outside("x", 0, 100).orElseThrow()).isCloseTo(0.5, within(0.06));
        // Seeded Gaussians: about 2 · 2.3 % beyond two standard deviations, some pictures being larger.
        assertThat(d.outside("x", -2, 2).orElseThrow()).isBetween(0.03, 0.15);
        assertThat(d.outside("x", 100, 200)).hasValue(1.0);
        assertThat(d.outside("r", 0, 1)).isEmpty();
    }

    @Test
    void rangesAndWeightsStandBesideWhatTheyWereBeforeRepair() {
        Distributions now = of(NETWORK, "x", "r");
        ReportSite.Ranges alone = now.ranges("r", Optional.empty()).orElseThrow();
        assertThat(alone.low()).hasSize(6).allMatch(v -> v >= 0);
        assertThat(alone.lowBefore()).isEmpty();
        assertThat(alone.together()).isEqualTo(1);
        Distributions before = of(GraphText.parse("x[1,3,8,8] -> Conv(v[6,3,3,3]) -> Relu -> r"), "x", "r");
        ReportSite.Ranges both = now.ranges("r", Optional.of(before)).orElseThrow();
        assertThat(both.highBefore()).hasSize(6).isNotEqualTo(both.high());
        ReportSite.Weights weights = now.weights("r", Optional.of(before)).orElseThrow();
        float[] w = NETWORK.require("w").constant().orElseThrow().floats();
        float largest = 0;
        for (int i = 0; i < 27; i++) {
            largest = Math.max(largest, Math.abs(w[i]));
        }
        assertThat(weights.largest()).hasSize(6);
        assertThat(weights.largest().get(0)).isCloseTo(largest, withPercentage(0.1));
        assertThat(weights.before()).hasSize(6).isNotEqualTo(weights.largest());
        assertThat(now.weights("x", Optional.empty())).isEmpty();
        // A network of another width was not the same before.
        Distributions other = of(GraphText.parse("x[1,3,8,8] -> Conv(v[5,3,3,3]) -> Relu -> r"), "r");
        assertThat(now.ranges("r", Optional.of(other)).orElseThrow().lowBefore())
                .isEmpty();
    }

    @Test
    void manyChannelsAreDrawnTogether() {
        Distributions d = of(GraphText.parse("x[1,3,8,8] -> Conv(w[1100,3,8,8]) -> y"), "y");
        ReportSite.Ranges r = d.ranges("y", Optional.empty()).orElseThrow();
        assertThat(r.together()).isEqualTo(5);
        assertThat(r.low()).hasSize(220);
        for (int i = 0; i < r.low().size(); i++) {
            assertThat(r.low().get(i)).isLessThan(r.high().get(i));
        }
        assertThat(d.weights("y", Optional.empty()).orElseThrow().largest()).hasSize(220);
    }

    @Test
    void channelsOfTokensLieOnTheLastAxis() {
        Distributions d = of(
                GraphText.parse(
                        "x[1,3,8,8] -> Conv(w[6,3,1,1]) -> c; c -> Reshape(k{1,6,64}) -> t; t -> MatMul(v[64,10]) -> y"),
                "c",
                "t",
                "y");
        assertThat(d.ranges("c", Optional.empty()).orElseThrow().low()).hasSize(6);
        assertThat(d.ranges("t", Optional.empty()).orElseThrow().low()).hasSize(64);
        assertThat(d.ranges("y", Optional.empty()).orElseThrow().low()).hasSize(10);
        assertThat(Distributions.rounded(0.123456f)).isEqualTo(0.1235f);
        assertThat(Distributions.rounded(Float.NaN)).isNaN();
    }

    @Test
    void whatTheNetworkDoesNotComputeHasNone() {
        Distributions d = of(NETWORK, "w", "nowhere");
        assertThat(d.histogram("w")).isEmpty();
        assertThat(d.histogram("nowhere")).isEmpty();
        assertThat(d.ranges("nowhere", Optional.empty())).isEmpty();
    }
}
