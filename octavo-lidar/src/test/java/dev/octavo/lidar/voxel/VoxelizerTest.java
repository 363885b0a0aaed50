package dev.octavo.lidar.voxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.lidar.testing.References;
import dev.octavo.tasks.npy.NpyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoxelizerTest {
    @TempDir
    Path temp;

    @Test
    void theRealFrameGivesTheReferenceVoxels() {
        compare("voxelization.npz", VoxelGrid.CENTERPOINT_0075, 105086);
    }

    @Test
    void limitsDropWhatTheReferenceDrops() {
        VoxelGrid g = VoxelGrid.CENTERPOINT_0075;
        compare("voxelization_limits.npz", new VoxelGrid(g.least(), g.greatest(), g.size(), 3, 20000), 20000);
    }

    private static void compare(String file, VoxelGrid grid, int voxels) {
        Optional<Path> points = References.file("points_10sweeps.npy");
        if (points.isEmpty()) {
            return;
        }
        References expected = References.npz(file).orElseThrow();
        PointCloud cloud = PointCloud.of(NpyReader.read(points.get()));
        Voxels v = Voxelizer.voxelize(grid, cloud);
        assertThat(v.counts().stream().mapToInt(n -> n).toArray())
                .hasSize(voxels)
                .isEqualTo(expected.ints("num_points"));
        assertThat(v.means().cells().toArray()).isEqualTo(expected.ints("coords_bzyx"));
        assertThat(v.means().features().floats())
                .isEqualTo(expected.get("mean_features").floats());
        assertThat(v.means().cells().shape()).isEqualTo(new Zyx(41, 1440, 1440));
        int kept = v.counts().stream().mapToInt(n -> n).sum();
        Voxels.Dropped d = v.dropped();
        assertThat(kept + d.outside() + d.beyondPoints() + d.beyondVoxels()).isEqualTo(cloud.size());
        assertThat(cloud.size() - d.outside()).isEqualTo(236511);
    }

    @Test
    void pointsAtTheLimitsAndPointsThatAreNone() {
        float nan = Float.NaN;
        PointCloud cloud = cloud(
                -54,
                -54,
                -5,
                1,
                0, // the first cell
                54,
                0,
                0,
                1,
                0, // the upper limit is outside
                53.999f,
                53.999f,
                2.999f,
                1,
                0, // the last cell
                0,
                -54.001f,
                0,
                1,
                0,
                nan,
                0,
                0,
                1,
                0,
                0,
                0,
                0,
                nan,
                0,
                0,
                Float.POSITIVE_INFINITY,
                0,
                1,
                0);
        Voxels v = Voxelizer.voxelize(VoxelGrid.CENTERPOINT_0075, cloud);
        assertThat(v.means().cells().toArray()).containsExactly(0, 0, 0, 0, 0, 39, 1439, 1439);
        assertThat(v.dropped()).isEqualTo(new Voxels.Dropped(3, 2, 0, 0));
    }

    @Test
    void noPointsAndOnePoint() {
        Voxels none = Voxelizer.voxelize(VoxelGrid.CENTERPOINT_0075, cloud());
        assertThat(none.means().cells().size()).isZero();
        Voxels one = Voxelizer.voxelize(VoxelGrid.CENTERPOINT_0075, cloud(1, 2, -1, 7, 0.5f));
        assertThat(one.means().features().floats()).containsExactly(1, 2, -1, 7, 0.5f);
        assertThat(one.counts()).containsExactly(1);
    }

    @Test
    void filesOfHalfAPointAreRefused() throws IOException {
        Files.write(temp.resolve("a.bin"), new byte[44]);
        assertThatThrownBy(() -> PointCloud.read(temp.resolve("a.bin"), 5))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("44 bytes");
        Files.write(temp.resolve("b.bin"), new byte[40]);
        assertThat(PointCloud.read(temp.resolve("b.bin"), 5).size()).isEqualTo(2);
        assertThatThrownBy(() -> PointCloud.read(temp.resolve("c.bin"), 5)).hasMessageContaining("no file");
    }

    @Test
    void sweepsMeetInTheKeyFrame() {
        Pose sensor = new Pose(Quaternion.ofYaw(0.4), new Vec3(0.9, 0, 1.8));
        Pose now = new Pose(Quaternion.ofYaw(1.1), new Vec3(400, 1100, 0));
        Pose before = new Pose(Quaternion.ofYaw(1.0), new Vec3(398, 1097, 0.1));
        Vec3 thing = new Vec3(410, 1105, 1);
        Vec3 seenNow = now.after(sensor).inverse().apply(thing);
        Vec3 seenBefore = before.after(sensor).inverse().apply(thing);
        PointCloud all = SweepAggregator.aggregate(
                List.of(
                        new SweepAggregator.Loaded(points(seenNow, new Vec3(0.5, 0.5, 0)), sensor, now, 1_000_000),
                        new SweepAggregator.Loaded(points(seenBefore, new Vec3(0.5, 0.5, 0)), sensor, before, 950_000)),
                3);
        // The key frame keeps the point on the vehicle; the past sweep loses it, and stands in for the two that lack.
        assertThat(all.size()).isEqualTo(2 + 3);
        for (int row : new int[] {0, 2, 3, 4}) {
            assertThat((double) all.values()[5 * row]).isCloseTo(seenNow.x(), within(1e-5));
            assertThat((double) all.values()[5 * row + 1]).isCloseTo(seenNow.y(), within(1e-5));
            assertThat((double) all.values()[5 * row + 2]).isCloseTo(seenNow.z(), within(1e-5));
            assertThat(all.values()[5 * row + 3]).isEqualTo(9f);
            assertThat(all.values()[5 * row + 4]).isEqualTo(row == 0 ? 0f : 0.05f);
        }
    }

    @Test
    void atTheStartOfASceneTheKeyFrameIsRepeatedAsItIs() {
        Pose pose = new Pose(Quaternion.ofYaw(0.4), new Vec3(5, 6, 7));
        PointCloud key = points(new Vec3(3, 4, 5), new Vec3(0.1, 0.1, 0));
        PointCloud all = SweepAggregator.aggregate(List.of(new SweepAggregator.Loaded(key, pose, pose, 7)), 9);
        assertThat(all.size()).isEqualTo(2 + 9);
        assertThat(all.values()[5 * 10]).isEqualTo(3f);
        assertThat(all.values()[5 * 10 + 4]).isZero();
    }

    private static PointCloud points(Vec3 a, Vec3 b) {
        return cloud(
                (float) a.x(), (float) a.y(), (float) a.z(), 9, 1, (float) b.x(), (float) b.y(), (float) b.z(), 9, 2);
    }

    private static PointCloud cloud(float... values) {
        return new PointCloud(values, 5);
    }
}
