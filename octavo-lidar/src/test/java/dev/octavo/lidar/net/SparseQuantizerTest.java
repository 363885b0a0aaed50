package dev.octavo.lidar.net;

import static dev.octavo.lidar.testing.References.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.Evidence;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.sparse.NeighbourTable;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.testing.Crop;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SparseQuantizerTest {
    @Test
    void scalesAndChannelRangesAreThoseOfTheReference() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        SparseGraph graph = SparseGraphBuilder.features(crop.net(), new Partition(2, true));
        Evidence evidence = SparseEvidence.collect(graph, List.of(crop.input()), 2, Progress.NONE);
        Plan plan = SparseQuantizer.plan(graph, evidence, SparseScheme.Options.standard(crop.net()));
        for (Convolution c : crop.net().convolutions()) {
            String layer = reference(c.name());
            SparseGraph.Operands o = at(graph.quantizable(), c.name());
            double[] amax = crop.data().reals("smoothquant/" + layer + ".activation_channel_amax");
            for (int i = 0; i < amax.length; i++) {
                double seen = at(evidence.of(o.rows()).channels(), 1).maxAbs(i);
                assertThat(seen).as(layer).isCloseTo(amax[i], within(1e-4 * amax[i] + 1e-6));
            }
            if (c.name().equals("conv_input")) {
                assertThat(plan.grids()).doesNotContainKey(new Site.OfValue(o.rows()));
                continue;
            }
            double scale = crop.data().reals("int8/" + layer + ".activation_scale")[0];
            float ours = at(plan.grids(), new Site.OfValue(o.rows())).channel(0).scale();
            assertThat((double) ours).as(layer).isCloseTo(scale, within(1e-4 * scale));
            assertThat(at(plan.grids(), new Site.OfValue(o.rows())).channel(0).zeroPoint())
                    .isZero();
            double[] weights = crop.data().reals("int8/" + layer + ".weight_scale");
            for (int ch = 0; ch < weights.length; ch++) {
                double w = at(plan.grids(), new Site.OfValue(o.weights().get(0)))
                        .channel(ch)
                        .scale();
                assertThat(w).as(layer).isCloseTo(weights[ch], within(1e-5 * weights[ch]));
            }
        }
    }

    /** conv_input.0 is called conv_input here, conv2.0.0 is conv2.0. */
    static String reference(String name) {
        return switch (name) {
            case "conv_input", "conv_out" -> name + ".0";
            case "conv2.0", "conv3.0", "conv4.0" -> name + ".0";
            default -> name;
        };
    }

    @Test
    void simulatedAndExecutedAgreeWithTheReferenceAndWithEachOther() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        for (Partition partition : List.of(Partition.NONE, new Partition(2, true))) {
            SparseGraph graph = SparseGraphBuilder.features(crop.net(), partition);
            Evidence evidence = SparseEvidence.collect(graph, List.of(crop.input()), 2, Progress.NONE);
            Plan plan = SparseQuantizer.plan(graph, evidence, SparseScheme.Options.standard(crop.net()));
            SparseGraph lowered = SparseQuantizer.lower(graph, plan);
            SparseTensor simulated = run(lowered, crop.input(), Mode.UNFUSED);
            SparseTensor executed = run(lowered, crop.input(), Mode.OPTIMIZED);
            double[] reference = crop.expected("stage/conv_out.coords", "int8/conv_out.features", simulated.cells());
            double[] exact = crop.expected("stage/conv_out.coords", "stage/conv_out.features", simulated.cells());
            // A rounding that falls the other way is one step of that tensor, and from layer to layer more follow: two
            // right implementations part by about half of what either loses against float.
            double loss = Crop.relativeL2(simulated.features().floats(), exact);
            assertThat(loss).isCloseTo(Crop.relativeL2(reference, exact), within(0.02));
            assertThat(Crop.relativeL2(executed.features().floats(), exact)).isCloseTo(loss, within(0.01));
            assertThat(Crop.relativeL2(simulated.features().floats(), reference))
                    .isLessThan(0.75 * loss);
            assertThat(Crop.relativeL2(
                            executed.features().floats(),
                            Crop.wide(simulated.features().floats())))
                    .isLessThan(0.75 * loss);
        }
    }

    /** The operands of one layer, integer by integer. */
    @Test
    void oneLayerHasTheCodesAndTheSumsOfTheReference() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        SparseNet net = crop.upTo("conv1.0.conv1");
        SparseGraph graph = SparseGraphBuilder.features(net, Partition.NONE);
        Evidence evidence = SparseEvidence.collect(graph, List.of(crop.input()), 2, Progress.NONE);
        SparseGraph lowered =
                SparseQuantizer.lower(graph, SparseQuantizer.plan(graph, evidence, SparseScheme.Options.standard(net)));
        SparseGraph.Operands o = at(graph.quantizable(), "conv1.0.conv1");
        int[] weights = lowered.graph()
                .require(o.weights().get(0) + "_quantized")
                .constant()
                .orElseThrow()
                .codes(); // [offset · in, out]
        int[] expected = crop.data().ints("int8/conv1.0.conv1.weight_q"); // [out, offset, in]
        for (int i = 0; i < weights.length; i++) {
            assertThat(weights[i]).isEqualTo(expected[i % 16 * 27 * 16 + i / 16]);
        }
        String codes = o.rows() + "_QuantizeLinear_Output";
        try (SparseNetwork network =
                SparseNetwork.open(SparseNetwork.exposing(lowered, List.of(codes)), 1, Mode.UNFUSED)) {
            Frame frame = network.frame(crop.input().cells());
            int[] seen =
                    at(network.run(crop.input(), frame, Set.of(codes)), codes).codes();
            int[] input = crop.data().ints("int8/conv1.0.conv1.input_q");
            int apart = 0;
            for (int i = 0; i < input.length; i++) {
                assertThat(Math.abs(seen[i] - input[i])).isLessThanOrEqualTo(1);
                apart += seen[i] == input[i] ? 0 : 1;
            }
            assertThat(apart).as("codes that a rounding sent the other way").isLessThan(input.length / 2000);
            int[] sums = sums(frame.book(0).table(), input, weights);
            assertThat(sums).isEqualTo(crop.data().ints("int8/conv1.0.conv1.accumulator"));
        }
    }

    private static int[] sums(NeighbourTable table, int[] codes, int[] weights) {
        int[] out = new int[table.rows() * 16];
        for (int row = 0; row < table.rows(); row++) {
            for (int k = 0; k < 27; k++) {
                int from = table.at(row, k);
                for (int i = 0; from >= 0 && i < 16 * 16; i++) {
                    out[row * 16 + i % 16] += codes[from * 16 + i / 16] * weights[k * 256 + i];
                }
            }
        }
        return out;
    }

    @Test
    void everyFormRunsAndLosesWhatItsGridsCost() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        SparseGraph graph = SparseGraphBuilder.features(crop.net(), Partition.NONE);
        Evidence evidence = SparseEvidence.collect(graph, List.of(crop.input()), 2, Progress.NONE);
        SparseScheme.Options standard = SparseScheme.Options.standard(crop.net());
        double unsigned = loss(crop, graph, evidence, standard);
        double signed = loss(crop, graph, evidence, new SparseScheme.Options(true, false, standard.keepFloat()));
        double integer = loss(crop, graph, evidence, new SparseScheme.Options(false, true, standard.keepFloat()));
        double first = loss(crop, graph, evidence, new SparseScheme.Options(false, false, Set.of()));
        assertThat(signed).as("a bit less").isGreaterThan(1.3 * unsigned);
        assertThat(integer).as("terms of sums too").isGreaterThan(1.1 * unsigned);
        assertThat(first).as("metres, intensities and seconds on one grid").isGreaterThan(1.3 * unsigned);
    }

    private static double loss(Crop crop, SparseGraph graph, Evidence evidence, SparseScheme.Options options) {
        SparseTensor y = run(
                SparseQuantizer.lower(graph, SparseQuantizer.plan(graph, evidence, options)),
                crop.input(),
                Mode.OPTIMIZED);
        return Crop.relativeL2(
                y.features().floats(), crop.expected("stage/conv_out.coords", "stage/conv_out.features", y.cells()));
    }

    @Test
    void aConvolutionThatIsNotThereCannotBeKept() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        SparseGraph graph = SparseGraphBuilder.features(data.get().net(), Partition.NONE);
        assertThatThrownBy(() -> SparseScheme.of(graph, new SparseScheme.Options(false, false, Set.of("conv9"))))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("conv9");
    }

    private static SparseTensor run(SparseGraph graph, SparseTensor input, Mode mode) {
        try (SparseNetwork network = SparseNetwork.open(graph, 1, mode)) {
            return network.features(input);
        }
    }
}
