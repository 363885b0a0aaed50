package dev.octavo.lidar.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.nuscenes.DetectionBox;
import dev.octavo.lidar.nuscenes.DetectionClass;
import dev.octavo.lidar.nuscenes.GroundTruth;
import dev.octavo.lidar.nuscenes.NuScenes;
import dev.octavo.lidar.nuscenes.NuScenesMetric;
import dev.octavo.lidar.nuscenes.NuScenesScores;
import dev.octavo.lidar.voxel.PointCloud;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MakeScenesTest {
    private static final Lidar SMALL = new Lidar(16, -25, 5, 360, 0, 0);
    private static final MakeScenes.Options OPTIONS = new MakeScenes.Options(5, 2, 3, 10, 30);

    @TempDir
    Path folder;

    @Test
    void tablesAreReadBack() {
        NuScenes data = NuScenes.read(MakeScenes.write(folder, OPTIONS, SMALL), s -> s.equals("scene-0001"));
        assertThat(data.samples()).hasSize(3);
        World world = World.random(5L * 7919 + 1, 40, 30, -0.45, 1.0);
        for (int s = 0; s < 3; s++) {
            String sample = data.samples().get(s);
            List<DetectionBox> boxes =
                    Objects.requireNonNull(data.truth().samples().get(sample)).boxes();
            assertThat(boxes).hasSameSizeAs(world.actors());
            assertThat(data.sweeps(sample, 9)).hasSize(10);
            for (int a = 0; a < boxes.size(); a++) {
                Actor actor = world.actors().get(a);
                DetectionBox box = boxes.get(a);
                assertThat(box.type()).isEqualTo(actor.kind().type());
                OrientedBox expected = actor.at(0.5 * s, world.ground());
                assertThat(box.box().rotation()).isEqualTo(expected.rotation());
                assertThat(box.box().length()).isEqualTo(expected.length());
                assertThat(box.box().width()).isEqualTo(expected.width());
                Vec3 off = box.box().centre().minus(expected.centre());
                assertThat(Math.hypot(off.lengthXy(), off.z())).isLessThan(1e-9);
                assertThat(Math.hypot(box.vx(), box.vy())).isCloseTo(actor.speed(), within(1e-6));
                assertThat(box.attribute()).isEqualTo(actor.kind().attribute(actor.speed()));
            }
        }
    }

    @Test
    void asManyPointsLieInABoxAsTheTableSays() {
        NuScenes data = NuScenes.read(MakeScenes.write(folder, OPTIONS, SMALL), s -> true);
        int seen = 0;
        for (String sample : data.samples()) {
            NuScenes.Sweep key = data.sweeps(sample, 0).get(0);
            float[] v = PointCloud.read(folder.resolve(key.file()), PointCloud.NUSCENES_COLUMNS)
                    .values();
            Pose sensor = key.ego().after(key.sensor());
            for (DetectionBox box :
                    Objects.requireNonNull(data.truth().samples().get(sample)).boxes()) {
                Pose in = new Pose(box.box().rotation(), box.box().centre()).inverse();
                int inside = 0;
                for (int i = 0; i < v.length; i += 5) {
                    Vec3 p = in.apply(sensor.apply(new Vec3(v[i], v[i + 1], v[i + 2])));
                    boolean within = Math.abs(p.x()) < box.box().length() / 2 + 1e-3
                            && Math.abs(p.y()) < box.box().width() / 2 + 1e-3
                            && Math.abs(p.z()) < box.box().height() / 2 + 1e-3;
                    inside += within ? 1 : 0;
                }
                // ground points at the foot may lie within the box as well
                assertThat(inside).isGreaterThanOrEqualTo(box.points());
                assertThat(inside - box.points()).isLessThan(40);
                seen += box.points() > 0 ? 1 : 0;
            }
        }
        assertThat(seen).isGreaterThan(60);
    }

    @Test
    void theMetricFindsWhoeverIsRightAndHowFarOffTheOthersAre() {
        MakeScenes.Options near = new MakeScenes.Options(5, 2, 3, 1, 15);
        NuScenes data = NuScenes.read(MakeScenes.write(folder, near, SMALL), s -> true);
        NuScenesScores right = scores(data.truth(), 0);
        assertThat(right.averagePrecision(DetectionClass.CAR)).isCloseTo(1, within(1e-12));
        assertThat(right.averagePrecision(DetectionClass.PEDESTRIAN)).isCloseTo(1, within(1e-12));
        // off by 0.7 m: missed at 0.5 m, found at 1, 2 and 4 m
        NuScenesScores off = scores(data.truth(), 0.7);
        assertThat(off.averagePrecision(DetectionClass.CAR)).isCloseTo(0.75, within(1e-12));
        assertThat(off.detectionScore()).isLessThan(right.detectionScore());
    }

    private static NuScenesScores scores(GroundTruth truth, double offX) {
        NuScenesMetric metric = NuScenesMetric.none(truth);
        for (Map.Entry<String, GroundTruth.SampleTruth> sample : truth.samples().entrySet()) {
            List<DetectionBox> found = sample.getValue().boxes().stream()
                    .filter(b -> b.points() > 0)
                    .map(b -> new DetectionBox(
                            moved(b.box(), offX), b.vx(), b.vy(), b.type(), 0.9, b.attribute(), DetectionBox.UNCOUNTED))
                    .toList();
            metric = metric.plus(sample.getKey(), found);
        }
        return metric.complete().result();
    }

    private static OrientedBox moved(OrientedBox b, double x) {
        return new OrientedBox(b.centre().plus(new Vec3(x, 0, 0)), b.width(), b.length(), b.height(), b.rotation());
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        Path one = folder.resolve("one");
        Path more = folder.resolve("more");
        MakeScenes.write(one, new MakeScenes.Options(9, 1, 1, 2, 30), SMALL);
        MakeScenes.write(more, new MakeScenes.Options(9, 2, 1, 2, 30), SMALL);
        for (String file : List.of("samples/LIDAR_TOP/scene-0000-sweep-0-0", "sweeps/LIDAR_TOP/scene-0000-sweep-0-1")) {
            assertThat(Files.readAllBytes(one.resolve(file + ".bin")))
                    .isNotEmpty()
                    .isEqualTo(Files.readAllBytes(more.resolve(file + ".bin")));
        }
    }

    @Test
    void refusesWhatCannotBeMade() {
        assertThatThrownBy(() -> new MakeScenes.Options(1, 1, 1, 11, 30))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("11 sweeps");
        assertThatThrownBy(() -> new MakeScenes.Options(1, 0, 1, 1, 30)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> new MakeScenes.Options(1, 1, 1, 1, 0)).isInstanceOf(ModelException.class);
    }
}
