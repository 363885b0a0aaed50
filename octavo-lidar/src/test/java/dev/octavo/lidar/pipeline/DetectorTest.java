package dev.octavo.lidar.pipeline;

import static dev.octavo.lidar.testing.References.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.detect.Detection;
import dev.octavo.lidar.nuscenes.DetectionBox;
import dev.octavo.lidar.nuscenes.NuScenesMetric;
import dev.octavo.lidar.nuscenes.ResultFile;
import dev.octavo.lidar.pipeline.DetectorSpec.Graphs;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.testing.SmallDetector;
import dev.octavo.lidar.voxel.PointCloud;
import dev.octavo.lidar.voxel.Voxels;
import dev.octavo.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectorTest {
    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    @BeforeAll
    static void simulate() {
        SmallDetector.scenes(shared);
    }

    private static Predictions run(DetectorModel model, NuScenesFrames frames, int atATime) {
        try (Detector d = Detector.open(model, Mode.OPTIMIZED, 1)) {
            return Predictions.of(d, frames, atATime, Progress.NONE);
        }
    }

    @Test
    void sweepsBecomeScoresWhateverTheThreadsAndTheFormOfTheWeights() throws IOException {
        DetectorModel model = DetectorModel.of(SmallDetector.spec(temp));
        NuScenesFrames frames = NuScenesFrames.open(shared, s -> true, OptionalInt.empty());
        assertThat(frames.samples()).hasSize(3);
        Predictions one = run(model, frames, 1);
        assertThat(one.boxes().keySet()).containsExactlyElementsOf(frames.samples());
        assertThat(one.boxes().values().stream().mapToInt(List::size).sum()).isPositive();
        assertThat(one.voxels()).isGreaterThan(1000);
        assertThat(one.notNumbers()).isEmpty();
        assertThat(run(model, frames, 3)).isEqualTo(one);

        Path sparse = temp.resolve("sparse.onnx");
        Path dense = temp.resolve("dense.onnx");
        OnnxWriter.write(model.sparse(), sparse);
        OnnxWriter.write(model.dense(), dense);
        Path file = temp.resolve("graphs.yaml");
        Files.writeString(file, DetectorFile.text(model.spec().with(new Graphs(sparse, dense)), temp));
        assertThat(run(DetectorModel.read(file), frames, 2)).isEqualTo(one);

        ResultFile.write(temp.resolve("results.json"), one.boxes());
        NuScenesMetric read = NuScenesMetric.none(frames.truth());
        for (Map.Entry<String, List<DetectionBox>> e :
                ResultFile.read(temp.resolve("results.json")).entrySet()) {
            read = read.plus(e.getKey(), e.getValue());
        }
        assertThat(read.scores()).isEqualTo(one.score(frames).scores());
    }

    /** A box that the network puts at a place in the LiDAR frame is at that place in the global one. */
    @Test
    void headingsAndPlacesFollowTheVehicle() throws IOException {
        NuScenesFrames frames = NuScenesFrames.open(shared, s -> true, OptionalInt.empty());
        DetectorSpec spec = SmallDetector.spec(temp);
        for (String sample : frames.samples()) {
            // What is annotated, brought into the LiDAR frame, and back.
            DetectionBox car = at(frames.truth().samples(), sample).boxes().get(0);
            var key = frames.data().sweeps(sample, 0).get(0);
            var toLidar = key.ego().after(key.sensor()).inverse();
            var centre = toLidar.apply(car.box().centre());
            double yaw = toLidar.rotation().times(car.box().rotation()).yaw();
            Detection d = new Detection(
                    (float) centre.x(),
                    (float) centre.y(),
                    (float) centre.z(),
                    (float) car.box().length(),
                    (float) car.box().width(),
                    (float) car.box().height(),
                    (float) yaw,
                    0,
                    0,
                    0,
                    0.5f);
            DetectionBox back = frames.truth(spec, sample).global(List.of(d)).get(0);
            assertThat(back.box().centre().minus(car.box().centre()).lengthXy()).isLessThan(1e-4);
            assertThat(Math.abs(
                            back.box().rotation().yaw() - car.box().rotation().yaw()))
                    .isLessThan(1e-3);
            assertThat(back.box().length()).isEqualTo((float) car.box().length());
        }
    }

    @Test
    void framesWithoutPointsOrWithStrangeOnesRun() throws IOException {
        DetectorModel model = DetectorModel.of(SmallDetector.spec(temp));
        try (Detector d = Detector.open(model, Mode.OPTIMIZED, 1)) {
            Detector.Found none = d.detect(new PointCloud(new float[0], 5));
            assertThat(none.voxels()).isZero();
            assertThat(none.notNumbers()).isZero();
            float nan = Float.NaN;
            float[] strange = {
                nan,
                0,
                0,
                1,
                0, //
                0,
                0,
                Float.POSITIVE_INFINITY,
                1,
                0, //
                -12.8f,
                -12.8f,
                -5,
                1,
                0, // on the lower limit: the first cell
                12.8f,
                0,
                0,
                1,
                0, // on the upper limit: outside
                0,
                12.8f,
                0,
                1,
                0, //
                0,
                0,
                3,
                1,
                0
            };
            Detector.Found found = d.detect(new PointCloud(strange, 5));
            assertThat(found.voxels()).isEqualTo(1);
            assertThat(found.dropped()).isEqualTo(new Voxels.Dropped(2, 3, 0, 0));
            assertThat(found.notNumbers()).isZero();
            // Only strange points are the same as none.
            Detector.Found outside = d.detect(new PointCloud(new float[] {99, 0, 0, 1, 0}, 5));
            assertThat(outside.boxes()).isEqualTo(none.boxes());
        }
    }

    @Test
    void moreVoxelsThanAllowedAreDroppedAndCounted() throws IOException {
        Path file = SmallDetector.write(temp);
        Files.writeString(file, Files.readString(file) + "max-voxels: 2\nmax-points: 1\n");
        DetectorModel model = DetectorModel.read(file);
        float[] points = {0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 2, 0, 0, 1, 0, 0, 0, 0, 1, 0};
        try (Detector d = Detector.open(model, Mode.OPTIMIZED, 1)) {
            Detector.Found found = d.detect(new PointCloud(points, 5));
            assertThat(found.voxels()).isEqualTo(2);
            assertThat(found.dropped()).isEqualTo(new Voxels.Dropped(0, 0, 1, 1));
        }
    }

    @Test
    void rotationChannelsMayComeTheOtherWayRound() throws IOException {
        DetectorModel model = DetectorModel.of(SmallDetector.spec(temp));
        Path file = temp.resolve("detector.yaml");
        Files.writeString(file, Files.readString(file) + "rotation: sin-cos\n");
        DetectorModel swapped = DetectorModel.read(file);
        NuScenesFrames frames = NuScenesFrames.open(shared, s -> true, OptionalInt.of(1));
        PointCloud cloud = frames.cloud(frames.samples().get(0), 2);
        try (Detector a = Detector.open(model, Mode.OPTIMIZED, 1);
                Detector b = Detector.open(swapped, Mode.OPTIMIZED, 1)) {
            SparseTensor voxels = a.voxels(cloud).means();
            Tensor map = a.map(voxels);
            assertThat(b.map(voxels)).isEqualTo(map);
            Detection first = a.detect(cloud).boxes().get(0);
            Detection turned = b.detect(cloud).boxes().get(0);
            assertThat(turned.x()).isEqualTo(first.x());
            assertThat(Math.sin(turned.yaw())).isCloseTo(Math.cos(first.yaw()), within(1e-6));
        }
    }

    @Test
    void aDetectorThatDoesNotFitTogetherIsRefused() throws IOException {
        Path file = SmallDetector.write(temp);
        String text = Files.readString(file);
        refused(file, text.replace("[[car], [truck, bus]]", "[[car]]"), "more heads than the 1 described");
        refused(
                file,
                text.replace("[[car], [truck, bus]]", "[[car], [truck, bus], [barrier]]"),
                "no output 'heads.2.hm'");
        refused(file, text.replace("-5, 12.8, 12.8, 3", "-5, 12.8, 12.8, 13"), "map of 20 channels");
        refused(file, text.replace("small.pth", "other.pth"), "there is no file");
        refused(file, "sparse: a.onnx\ndense: b.onnx", "there is no file");
        DetectorModel model = DetectorModel.of(SmallDetector.spec(temp));
        OnnxWriter.write(model.dense(), temp.resolve("d.onnx"));
        refused(file, "sparse: d.onnx\ndense: d.onnx", "does not say which tables it reads");
        var graph = model.sparse().copy();
        graph.putMetadata("octavo.sparse", "{}");
        OnnxWriter.write(graph.freeze(), temp.resolve("s.onnx"));
        refused(file, "sparse: s.onnx\ndense: d.onnx", "is no outline");
        // The classes of a head are only known when it runs.
        Files.writeString(file, text.replace("[[car], [truck, bus]]", "[[car], [truck]]"));
        DetectorModel narrow = DetectorModel.read(file);
        try (Detector d = Detector.open(narrow, Mode.OPTIMIZED, 1)) {
            PointCloud none = new PointCloud(new float[0], 5);
            assertThatThrownBy(() -> d.detect(none))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("head 1 has 2 heat maps");
        }
    }

    private static void refused(Path file, String text, String because) throws IOException {
        Files.writeString(file, text);
        assertThatThrownBy(() -> DetectorModel.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(because);
    }

    @Test
    void aMissingSweepAndOtherFoldersAreNamed() throws IOException {
        Path tables = SmallDetector.scenes(temp);
        NuScenesFrames frames = NuScenesFrames.open(temp, s -> true, OptionalInt.of(2));
        assertThat(frames.samples()).hasSize(2);
        assertThat(frames.truth().samples()).hasSize(2);
        String sample = frames.samples().get(0);
        Files.delete(temp.resolve(frames.data().sweeps(sample, 0).get(0).file()));
        assertThatThrownBy(() -> frames.cloud(sample, 2)).hasMessageContaining("there is no file");
        assertThatThrownBy(() -> NuScenesFrames.open(temp.resolve("none"), s -> true, OptionalInt.empty()))
                .hasMessageContaining("there is no folder");
        assertThatThrownBy(() -> NuScenesFrames.open(tables, s -> false, OptionalInt.empty()))
                .hasMessageContaining("no sample");
        assertThatThrownBy(() -> NuScenesFrames.open(tables, s -> true, OptionalInt.of(0)))
                .hasMessageContaining("0 samples");
        Path empty = Files.createDirectory(temp.resolve("empty"));
        assertThatThrownBy(() -> NuScenesFrames.open(empty, s -> true, OptionalInt.empty()))
                .hasMessageContaining("no folder with sample.json");
    }

    @Test
    void theOutlineTellsTheShapeOfTheMap() throws IOException {
        DetectorModel model = DetectorModel.of(SmallDetector.spec(temp));
        assertThat(model.net()).isPresent();
        try (Detector d = Detector.open(model, Mode.OPTIMIZED, 1)) {
            Tensor map = d.map(d.voxels(new PointCloud(new float[0], 5)).means());
            assertThat(map.shape()).isEqualTo(Shape.of(1, 20, 16, 16));
        }
    }
}
