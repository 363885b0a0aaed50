package dev.octavo.ort;

import static dev.octavo.ort.EvidenceSweepTest.request;
import static dev.octavo.ort.EvidenceSweepTest.sweep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.SweepResult.Skipped;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SweepTroubleTest {
    private static final SweepOptions TWO = SweepOptions.standard().withThreads(2);
    private final Graph graph = GraphText.parse("x[1,2,3,4] -> Relu(; name=act) -> y");

    @Test
    void noSamplesAreAnError() {
        refuses(SeededData.of(graph, 0), TWO, "there are no samples", "check the folder");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void namesValueSampleAndPlaceOfWhatIsNotFinite(float bad) {
        float[] values = new float[24];
        values[17] = bad; // channel 1, row 1, column 1
        SeededData data = SeededData.of(graph, 8).with(5, Tensor.ofFloats(Shape.of(1, 2, 3, 4), values));
        refuses(
                data,
                TWO,
                "the value 'y' (the output of Relu act) is " + bad
                        + " for the sample sample-5 at [0, 1, 1, 1] of [1, 2, 3, 4], channel 1",
                "look at the values before it");
        assertThatThrownBy(() -> sweep(graph, request("x", 1), data, TWO))
                .hasMessageContaining("the value 'x' (an input of the network)");
    }

    @Test
    void namesTheSampleOfTheWrongShape() {
        SeededData data = SeededData.of(graph, 8).with(6, SeededData.gaussian(Shape.of(1, 2, 3, 5), 1));
        refuses(
                data,
                TWO,
                "the sample sample-6 has the shape [1, 2, 3, 5] for the input 'x', which takes [1, 2, 3, 4]",
                "set the pre-processing");
    }

    @Test
    void skipsUnreadableSamplesAndNamesThem() {
        SeededData data = SeededData.of(graph, 9).unreadable(0, 3, 8);
        SweepResult result = EvidenceSweep.collect(graph, "graph", request("y", 1), data, TWO, Progress.NONE);
        assertThat(result.evidence().samples()).isEqualTo(6);
        assertThat(result.skipped())
                .containsExactly(
                        new Skipped("sample-0", "sample-0: is cut off"),
                        new Skipped("sample-3", "sample-3: is cut off"),
                        new Skipped("sample-8", "sample-8: is cut off"));
        Evidence without =
                sweep(graph, request("y", 1), SeededData.of(graph, java.util.List.of(1, 2, 4, 5, 6, 7)), TWO);
        assertThat(result.evidence()).isEqualTo(without);
    }

    @Test
    void refusesWhenHalfOfTheSamplesAreUnreadable() {
        refuses(SeededData.of(graph, 4).unreadable(0, 1), TWO, "2 of 4 samples cannot be read", "check that the data");
        refuses(
                SeededData.of(graph, 2).unreadable(0, 1),
                TWO,
                "none of the 2 samples can be read; the first: sample-0: is cut off",
                "check that the data");
    }

    @Test
    void theFirstUnreadableSampleIsTheLastWhenToldSo() {
        refuses(
                SeededData.of(graph, 9).unreadable(4),
                TWO.failingFast(),
                "the sample sample-4: is cut off",
                "repair or remove it");
    }

    @Test
    void whatAReaderThrowsIsThrownOnce() {
        AtomicInteger reads = new AtomicInteger();
        SeededData data = SeededData.of(graph, 500).onRead(() -> {
            if (reads.incrementAndGet() > 10) {
                throw new UnsupportedOperationException("out of film");
            }
        });
        assertThatThrownBy(() -> sweep(graph, request("y"), data, TWO))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("out of film");
        assertThat(reads.get()).isLessThan(20);
    }

    @Test
    void refusesToCollectIntegersAndConstants() {
        Graph cast = GraphText.parse("x[1,4] -> Cast(; to=7, name=count) -> y");
        assertThatThrownBy(() -> sweep(cast, request("y"), SeededData.of(cast, 2), TWO))
                .isInstanceOf(ModelException.class)
                .hasMessage("evidence is collected of float values, but 'y' (from count) holds INT64");
        Graph add = GraphText.parse("x[1,4] -> Add(b[4]) -> y");
        assertThatThrownBy(() -> sweep(add, request("b"), SeededData.of(add, 2), TWO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'b', which is constant");
        assertThatThrownBy(() -> sweep(add, request("nowhere"), SeededData.of(add, 2), TWO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'nowhere'");
    }

    private void refuses(SeededData data, SweepOptions options, String message, String fix) {
        EvidenceRequest request = request("y", 1);
        ModelException e = catchThrowableOfType(ModelException.class, () -> sweep(graph, request, data, options));
        assertThat(e).hasMessageContaining(message);
        assertThat(e.fix()).contains(fix);
    }
}
