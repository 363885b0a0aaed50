package dev.octavo.lidar.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.lidar.testing.Crop;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The exported graph against the reference results of the whole backbone. */
class ResBackboneTest {
    private static final double TOLERANCE = 1e-4;

    @Test
    void everyStageGivesTheReferenceFeatures() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        Map<String, String> stages = Map.of(
                "conv_input",
                "conv_input",
                "conv1.1",
                "conv1",
                "conv2.2",
                "conv2",
                "conv3.2",
                "conv3",
                "conv4.2",
                "conv4",
                "conv_out",
                "conv_out");
        stages.forEach((step, stage) -> {
            SparseGraph graph = SparseGraphBuilder.features(crop.upTo(step), new Partition(2, true));
            try (SparseNetwork network = SparseNetwork.open(graph, 2, Mode.OPTIMIZED)) {
                SparseTensor y = network.features(crop.input());
                double[] expected =
                        crop.expected("stage/" + stage + ".coords", "stage/" + stage + ".features", y.cells());
                assertThat(Crop.worst(y.features().floats(), expected))
                        .as(stage)
                        .isLessThan(TOLERANCE);
            }
        });
    }

    @Test
    void theMapIsTheReferenceMapHoweverTheRowsAreCut() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        for (Partition p :
                List.of(Partition.NONE, new Partition(3, false), new Partition(1, true), new Partition(7, true))) {
            SparseGraph graph = SparseGraphBuilder.map(crop.net(), p);
            try (SparseNetwork network = SparseNetwork.open(graph, 1, Mode.OPTIMIZED)) {
                Tensor map = network.map(crop.input());
                assertThat(map.shape()).isEqualTo(Shape.of(1, 256, 8, 8));
                assertThat(Crop.worst(map.floats(), crop.data().reals("bev.features")))
                        .as(p.toString())
                        .isLessThan(TOLERANCE);
                Cells last =
                        network.frame(crop.input().cells()).cells(graph.levels().level("conv_out"));
                assertThat(last.shape()).isEqualTo(new Zyx(2, 8, 8));
            }
        }
    }

    @Test
    void oneTablePerGeometryAndLevel() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Levels levels = Levels.of(data.get().net());
        assertThat(levels.count()).isEqualTo(5);
        assertThat(levels.tables()).hasSize(8); // conv_input and conv1 share one
    }

    @Test
    void emptyFramesAndFramesOfOneVoxelRun() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        SparseGraph graph = SparseGraphBuilder.map(data.get().net(), new Partition(2, true));
        try (SparseNetwork network = SparseNetwork.open(graph, 1, Mode.OPTIMIZED)) {
            Cells none = Cells.of(new int[0], new Zyx(41, 64, 64), 1);
            assertThat(network.map(SparseTensor.of(new float[0], 5, none)).floats())
                    .containsOnly(0f)
                    .hasSize(256 * 64);
            Cells one = Cells.of(new int[] {0, 20, 63, 0}, new Zyx(41, 64, 64), 1);
            Tensor map = network.map(SparseTensor.of(new float[] {1, 2, 3, 4, 5}, 5, one));
            assertThat(map.floats()).hasSize(256 * 64);
            // What one voxel gives alone must not depend on fillers: the same without any parts.
            SparseGraph whole = SparseGraphBuilder.map(data.get().net(), Partition.NONE);
            try (SparseNetwork plain = SparseNetwork.open(whole, 1, Mode.OPTIMIZED)) {
                float[] expected = plain.map(SparseTensor.of(new float[] {1, 2, 3, 4, 5}, 5, one))
                        .floats();
                assertThat(Crop.worst(map.floats(), Crop.wide(expected))).isLessThan(1e-5);
            }
        }
    }

    @Test
    void tablesOfOtherCellsAndFeaturesOfOtherWidthAreRefused() {
        Optional<Crop> data = Crop.load();
        if (data.isEmpty()) {
            return;
        }
        Crop crop = data.get();
        SparseGraph graph = SparseGraphBuilder.features(crop.upTo("conv_input"), Partition.NONE);
        try (SparseNetwork network = SparseNetwork.open(graph, 1, Mode.OPTIMIZED)) {
            Cells one = Cells.of(new int[] {0, 20, 63, 0}, new Zyx(41, 64, 64), 1);
            Frame other = network.frame(one);
            assertThatThrownBy(() -> network.features(crop.input(), other))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("the tables were made for 1 cells");
            assertThatThrownBy(() -> network.features(SparseTensor.of(new float[4], 4, one)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("4 features");
        }
    }
}
