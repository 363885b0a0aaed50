package dev.octavo.ort.rewrite;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.rewrite.ScaleChannels;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleChannelsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aBatchNormalizationStillTellsTheDeviationOfWhatItGives(long seed) {
        Graph before = GraphText.parse(
                "x[1,4,6,6] -> Conv(v[6,4,3,3]) -> BatchNormalization -> h -> Relu -> Conv(w[5,6,1,1]) -> y");
        Graph after = before.copy();
        ChannelMap map = ChannelMap.of(after, OrtEngine.INSTANCE.inferTypes(after));
        double[] s = factors(map, new Random(seed));
        int[] h = requireNonNull(map.labels().get("h")).ids();

        ScaleChannels.apply(after, map, s);

        assertThat(EqualizeTest.difference(
                        before, after, RandomInputs.of(before, 1).tensor(0)))
                .isLessThan(1e-5);
        float[] was = norm(before).deviation();
        float[] is = norm(after).deviation();
        for (int c = 0; c < was.length; c++) {
            double expected = was[c] / s[h[c]];
            assertThat((double) is[c]).isCloseTo(expected, within(1e-4 * expected));
        }
    }

    /* Random ones for whatever may be scaled, the same for the channels of a class. */
    private static double[] factors(ChannelMap map, Random random) {
        double[] ofClass = random.doubles(map.classes().size(), -4, 4).toArray();
        double[] s = new double[ofClass.length];
        for (int c = 0; c < s.length; c++) {
            int root = map.classes().find(c);
            s[c] = map.classes().pinned(c).isPresent() ? 1 : Math.exp(ofClass[root]);
        }
        return s;
    }

    private static BatchNormalization norm(Graph graph) {
        Node node = graph.nodes().stream()
                .filter(n -> n.is("BatchNormalization"))
                .findFirst()
                .orElseThrow();
        return BatchNormalization.of(node).orElseThrow();
    }
}
