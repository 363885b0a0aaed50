package dev.octavo.lidar.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import java.util.List;
import org.junit.jupiter.api.Test;

class LidarTest {
    private static final Lidar EXACT = new Lidar(32, -30, 10, 720, 0, 0);
    private static final Actor NEAR =
            new Actor(ActorKind.TRUCK, 12, 3, new Actor.Size(2.5, 7, 3), Math.toRadians(20), 0);
    private static final Actor MOVING = new Actor(ActorKind.CAR, -15, -4, new Actor.Size(1.9, 4.5, 1.7), 1, 5);

    @Test
    void everyPointLiesOnABoxOrOnTheGround() {
        World world = new World(new Ground(0.06, 1), List.of(NEAR, MOVING), 6);
        double seconds = 0.8;
        Lidar.Scan scan = EXACT.scan(world, seconds, 1);
        Pose sensor = world.ego(seconds).after(Lidar.MOUNT);
        int[] on = new int[2];
        float[] v = scan.points().values();
        for (int i = 0; i < v.length; i += 5) {
            Vec3 p = sensor.apply(new Vec3(v[i], v[i + 1], v[i + 2]));
            boolean found = Math.abs(p.z() - world.ground().height(p.x(), p.y())) < 1e-4;
            for (int a = 0; a < 2; a++) {
                if (Math.abs(outside(world.actors().get(a).at(seconds, world.ground()), p)) < 1e-4) {
                    found = true;
                    on[a]++;
                }
            }
            assertThat(found).as("point %s", p).isTrue();
        }
        // points at a box's foot may belong to the ground as well
        assertThat(scan.returns().get(0)).isGreaterThan(100).isBetween(on[0] - 3, on[0]);
        assertThat(scan.returns().get(1)).isGreaterThan(50).isBetween(on[1] - 3, on[1]);
    }

    /* How far a point is outside a box, 0 on the surface, negative inside; along the axis that is furthest out. */
    private static double outside(OrientedBox box, Vec3 p) {
        Vec3 local = box.rotation().inverse().rotate(p.minus(box.centre()));
        return Math.max(
                Math.max(Math.abs(local.x()) - box.length() / 2, Math.abs(local.y()) - box.width() / 2),
                Math.abs(local.z()) - box.height() / 2);
    }

    @Test
    void aBoxHidesWhatIsBehindIt() {
        Actor wall = new Actor(ActorKind.BUS, 11, 0, new Actor.Size(3, 10, 4), Math.PI / 2, 0);
        Actor behind = new Actor(ActorKind.PEDESTRIAN, 20, 0, new Actor.Size(0.7, 0.7, 1.8), 0, 0);
        Ground flat = new Ground(0, 0);
        assertThat(EXACT.scan(new World(flat, List.of(behind), 0), 0, 1)
                        .returns()
                        .get(0))
                .isGreaterThan(5);
        List<Integer> seen =
                EXACT.scan(new World(flat, List.of(behind, wall), 0), 0, 1).returns();
        assertThat(seen.get(0)).isZero();
        assertThat(seen.get(1)).isGreaterThan(500);
    }

    @Test
    void materialsReturnDifferently() {
        Actor cone = new Actor(ActorKind.TRAFFIC_CONE, 6, 0, new Actor.Size(0.4, 0.4, 1.1), 0, 0);
        float[] v = EXACT.scan(new World(new Ground(0, 0), List.of(cone), 0), 0, 1)
                .points()
                .values();
        double ground = 0;
        int grounds = 0;
        double bright = 0;
        int brights = 0;
        for (int i = 0; i < v.length; i += 5) {
            if (v[i + 2] < -1.84 + 1e-3) {
                ground += v[i + 3];
                grounds++;
            } else {
                bright += v[i + 3];
                brights++;
            }
        }
        assertThat(brights).isGreaterThan(3);
        assertThat(bright / brights).isGreaterThan(5 * ground / grounds);
    }

    @Test
    void beamsAreLostAndNoisyAsTold() {
        World empty = new World(new Ground(0, 0), List.of(), 0);
        int all = EXACT.scan(empty, 0, 1).points().size();
        Lidar lossy = new Lidar(32, -30, 10, 720, 0.05, 0.2);
        Lidar.Scan scan = lossy.scan(empty, 0, 1);
        assertThat(scan.points().size()).isBetween((int) (0.65 * all), (int) (0.8 * all));
        double squares = 0;
        float[] v = scan.points().values();
        for (int i = 0; i < v.length; i += 5) {
            double r = Math.sqrt(v[i] * v[i] + v[i + 1] * v[i + 1] + v[i + 2] * v[i + 2]);
            double elevation = Math.toRadians(-30 + 40.0 * v[i + 4] / 31);
            double off = r - 1.84 / -Math.sin(elevation);
            squares += off * off;
        }
        assertThat(Math.sqrt(squares / scan.points().size())).isCloseTo(0.05, within(0.002));
    }

    @Test
    void theSeedDecidesAll() {
        World a = World.random(7, 30, 40, 0, 1);
        World b = World.random(7, 30, 40, 0, 1);
        assertThat(a).isEqualTo(b);
        assertThat(World.random(8, 30, 40, 0, 1)).isNotEqualTo(a);
        assertThat(Lidar.NUSCENES.scan(a, 0.5, 3).points().values())
                .isEqualTo(Lidar.NUSCENES.scan(b, 0.5, 3).points().values())
                .isNotEqualTo(Lidar.NUSCENES.scan(a, 0.5, 4).points().values());
    }

    @Test
    void aRayFromInsideABoxDoesNotMeetIt() {
        OrientedBox box = new OrientedBox(new Vec3(0, 0, 0), 2, 4, 2, Quaternion.ofYaw(0));
        assertThat(new Ray(0, 0, 0, 1, 0, 0).distance(box, 1, 0)).isInfinite();
        assertThat(new Ray(-5, 0, 0, 1, 0, 0).distance(box, 1, 0)).isEqualTo(3);
        assertThat(new Ray(-5, 1.5, 0, 1, 0, 0).distance(box, 1, 0)).isInfinite();
        assertThat(new Ray(-5, 0, 0, -1, 0, 0).distance(box, 1, 0)).isInfinite();
    }
}
