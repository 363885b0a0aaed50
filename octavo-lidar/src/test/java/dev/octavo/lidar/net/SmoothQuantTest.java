package dev.octavo.lidar.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.stat.Evidence;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.testing.Crop;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SmoothQuantTest {
    private static final List<SmoothQuant.Options> WAYS = List.of(
            new SmoothQuant.Options(0.5, SmoothQuant.Residual.DIVISOR),
            new SmoothQuant.Options(0.5, SmoothQuant.Residual.STAGE));

    @Test
    void theFloatNetworkComputesTheSame() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        SparseGraph graph = SparseGraphBuilder.features(crop.net(), Partition.NONE);
        Evidence evidence = SparseEvidence.collect(graph, List.of(crop.input()), 2, Progress.NONE);
        Map<String, float[]> maxima = SmoothQuant.inputMaxima(graph, evidence);
        float[] before = run(graph, crop.input());
        for (SmoothQuant.Options o : WAYS) {
            SparseNet smoothed = SmoothQuant.smooth(crop.net(), maxima, o);
            float[] after = run(SparseGraphBuilder.features(smoothed, new Partition(2, true)), crop.input());
            assertThat(Crop.worst(after, Crop.wide(before))).as(o.toString()).isLessThan(2e-5);
            long divisors = smoothed.convolutions().stream()
                    .filter(c -> c.divisor().isPresent())
                    .count();
            // Two convolutions per block start at a stream, and the convolutions that go down; conv_out reads one too.
            assertThat(divisors).isEqualTo(o.residual() == SmoothQuant.Residual.DIVISOR ? 12 : 0);
        }
    }

    @Test
    void weightsAreReducedOverOutputsAndOffsetsAsInTheReference() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        for (Convolution c : crop.net().convolutions()) {
            String layer = SparseQuantizerTest.reference(c.name());
            double[] expected = crop.data().reals("smoothquant/" + layer + ".weight_input_channel_amax");
            // The reference took the weights as they are in the state dictionary, before their batch norms.
            Convolution stored =
                    c.with(crop.data().get("weights/backbone_3d." + layer + ".weight"), c.bias(), Optional.empty());
            float[] ours = SmoothQuant.weightMaxima(stored);
            assertThat(ours).hasSize(expected.length);
            for (int i = 0; i < ours.length; i++) {
                assertThat((double) ours[i]).as(layer).isCloseTo(expected[i], within(1e-5 * expected[i]));
            }
        }
    }

    @Test
    void smoothingIsWorthItAndTheBestWayIsFoundByMeasuring() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        SmoothingSearch.Found found = SmoothingSearch.best(
                crop.net(),
                List.of(crop.input()),
                List.of(
                        new SmoothQuant.Options(0.7, SmoothQuant.Residual.DIVISOR),
                        new SmoothQuant.Options(0.7, SmoothQuant.Residual.STAGE)),
                SparseScheme.Options.standard(crop.net()),
                2,
                Progress.NONE);
        assertThat(found.trials()).hasSize(3);
        double none = found.trials().get(0).error();
        assertThat(found.best().error()).isLessThan(0.9 * none);
        assertThat(found.trials()).allMatch(t -> t.error() >= found.best().error());
    }

    @Test
    void alphaIsAFraction() {
        assertThatThrownBy(() -> new SmoothQuant.Options(1.5, SmoothQuant.Residual.STAGE))
                .hasMessageContaining("alpha is in [0, 1]");
        assertThatThrownBy(() -> new SmoothQuant.Options(Double.NaN, SmoothQuant.Residual.STAGE))
                .hasMessageContaining("alpha");
    }

    private static float[] run(SparseGraph graph, SparseTensor input) {
        try (SparseNetwork network = SparseNetwork.open(graph, 1, Mode.OPTIMIZED)) {
            return network.features(input).features().floats();
        }
    }
}
