package dev.octavo.lidar.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.RecipeException;
import dev.octavo.lidar.detect.CenterDecoder;
import dev.octavo.lidar.detect.RotatedNms;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.net.Partition;
import dev.octavo.lidar.nuscenes.DetectionClass;
import dev.octavo.lidar.pipeline.DetectorSpec.Checkpoint;
import dev.octavo.lidar.pipeline.DetectorSpec.Graphs;
import dev.octavo.lidar.sparse.WeightLayout;
import dev.octavo.lidar.voxel.VoxelGrid;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetectorFileTest {
    private static final Path FOLDER = Path.of("/detectors");

    private static DetectorSpec parse(String text) {
        return DetectorFile.parse(text, "detector.yaml", FOLDER);
    }

    @Test
    void aCheckpointAloneIsCenterPointForNuScenes() {
        DetectorSpec spec = parse("checkpoint: a.pth");
        assertThat(spec).isEqualTo(DetectorSpec.centerPoint(new Checkpoint(FOLDER.resolve("a.pth"), Optional.empty())));
        assertThat(spec.decoder()).isEqualTo(CenterDecoder.CENTERPOINT_0075);
        assertThat(spec.type(9)).isEqualTo(DetectionClass.TRAFFIC_CONE);
    }

    @Test
    void everyKeyIsRead() {
        DetectorSpec spec = parse("""
                sparse: s.onnx
                dense: /elsewhere/d.onnx
                range: [-10, -20, -5, 10, 20, 3]
                voxel: [0.1, 0.2, 0.25]
                max-points: 5
                max-voxels: 1000
                sweeps: 3
                heads: [car, [bus, truck]]
                stride: 4
                score: 0.3
                candidates: 50
                limit: [-11, -21, -6, 11, 21, 4]
                nms: { overlap: 0.5, most: 20, keep: 10 }
                rotation: sin-cos
                parts: 2
                by-layer: false
                """);
        assertThat(spec.parts()).isEqualTo(new Graphs(FOLDER.resolve("s.onnx"), Path.of("/elsewhere/d.onnx")));
        assertThat(spec.grid())
                .isEqualTo(
                        new VoxelGrid(new Vec3(-10, -20, -5), new Vec3(10, 20, 3), new Vec3(0.1, 0.2, 0.25), 5, 1000));
        assertThat(spec.sweeps()).isEqualTo(3);
        assertThat(spec.heads())
                .isEqualTo(List.of(List.of(DetectionClass.CAR), List.of(DetectionClass.BUS, DetectionClass.TRUCK)));
        assertThat(spec.type(1)).isEqualTo(DetectionClass.BUS);
        assertThat(spec.boxes().rotation()).isEqualTo(DetectorSpec.Rotation.SIN_COS);
        assertThat(spec.partition()).isEqualTo(new Partition(2, false));
        assertThat(spec.decoder())
                .isEqualTo(new CenterDecoder(
                        new Vec3(-10, -20, -5),
                        new Vec3(4 * 0.1, 4 * 0.2, 0),
                        50,
                        0.3,
                        new Vec3(-11, -21, -6),
                        new Vec3(11, 21, 4),
                        new RotatedNms(0.5, 20, 10)));
    }

    @Test
    void whatIsWrittenIsReadTheSame() {
        DetectorSpec standard = DetectorSpec.centerPoint(
                new Checkpoint(FOLDER.resolve("it's a.pth"), Optional.of(WeightLayout.SPCONV_1), false));
        assertThat(parse(DetectorFile.text(standard, FOLDER))).isEqualTo(standard);
        DetectorSpec graphs = standard.with(new Graphs(FOLDER.resolve("x/s.onnx"), Path.of("/d.onnx")));
        assertThat(parse(DetectorFile.text(graphs, FOLDER))).isEqualTo(graphs);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sweep: 3|line 1: a detector has no key 'sweep'",
                "score: 0.1|where the detector's weights are",
                "sparse: s.onnx|where the detector's weights are",
                "'checkpoint: a\nsparse: s'|where the detector's weights are",
                "'checkpoint: a\nrange: [1, 2]'|line 2: range has 2 numbers",
                "'checkpoint: a\nrange: [1, 1, 1, 0, 2, 2]'|line 2: a grid from",
                "'checkpoint: a\nvoxel: [0, 1, 1]'|line 2: a grid from",
                "'checkpoint: a\nheads: [tram]'|line 2: heads names the class 'tram'",
                "'checkpoint: a\nheads: [[car], [car]]'|line 2: heads names car twice",
                "'checkpoint: a\nheads: [[]]'|line 2: heads has one without classes",
                "'checkpoint: a\nnms: 0.2'|line 2: nms is no list",
                "'checkpoint: a\nnms: { keep: 0 }'|line 2: a threshold in",
                "'checkpoint: a\nscore: 1.5'|line 2: score is in",
                "'checkpoint: a\nsweeps: 0'|line 2: sweeps is 1 to 100",
                "'checkpoint: a\nrotation: yaw'|line 2: rotation is 'yaw'",
                "'checkpoint: a\nparts: 99'|line 2: 1 to 16 parts",
            })
    void errorsNameTheLine(String text, String message) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(message);
    }
}
