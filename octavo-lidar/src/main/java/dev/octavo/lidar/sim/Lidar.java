package dev.octavo.lidar.sim;

import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.voxel.PointCloud;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A LiDAR with rotating beams. Each beam returns the first surface that it meets: boxes hide what is behind them. A
 * revolution is taken at one instant.
 *
 * @param beams number of beams, from the lowest to the highest at equal angles
 * @param lowest elevation of the lowest beam, degrees
 * @param highest elevation of the highest beam, degrees
 * @param steps directions per revolution
 * @param noise how returns differ from the true surface along the beam, metres, standard deviation
 * @param dropOut share of beams that return nothing, 0 to 1; twice that at the greatest range
 */
record Lidar(int beams, double lowest, double highest, int steps, double noise, double dropOut) {
    /** A LiDAR as on the nuScenes vehicle, with 32 beams. */
    static final Lidar NUSCENES = new Lidar(32, -30, 10, 1084, 0.02, 0.03);

    /** The sensor on the vehicle: above the roof, y ahead. */
    static final Pose MOUNT = new Pose(Quaternion.ofYaw(-Math.PI / 2), new Vec3(0.94, 0, 1.84));

    private static final double RANGE = 70;
    private static final int GROUND = -1;
    private static final double ASPHALT = 12;
    private static final double INTENSITY_NOISE = 3;
    private static final double BRIGHTEST = 255;

    Lidar {
        if (beams < 1 || steps < 1 || !(lowest <= highest) || !(noise >= 0) || !(dropOut >= 0 && dropOut <= 1)) {
            throw new IllegalArgumentException("a LiDAR has beams and steps >= 1, lowest <= highest, noise >= 0 and a"
                    + " drop-out from 0 to 1, got " + beams + ", " + steps + ", " + lowest + ", " + highest + ", "
                    + noise + ", " + dropOut);
        }
    }

    /**
     * One revolution.
     *
     * @param points x, y, z in the sensor's frame, intensity 0 to 255, beam
     * @param returns per actor of the world, how many points come from it
     */
    record Scan(PointCloud points, List<Integer> returns) {
        Scan {
            returns = List.copyOf(returns);
        }
    }

    /**
     * What the sensor sees at a time.
     *
     * @param seed of noise and drop-out
     */
    Scan scan(World world, double seconds, long seed) {
        Random random = new Random(seed);
        Pose sensor = world.ego(seconds).after(MOUNT);
        Scene scene = Scene.of(world, seconds);
        float[] out = new float[beams * steps * PointCloud.NUSCENES_COLUMNS];
        int[] returns = new int[world.actors().size()];
        int n = 0;
        for (int step = 0; step < steps; step++) {
            for (int beam = 0; beam < beams; beam++) {
                Vec3 way = direction(beam, step);
                Hit hit = scene.first(ray(sensor, way));
                double lost = dropOut * (1 + hit.distance() / RANGE);
                if (hit.distance() > RANGE || random.nextDouble() < lost) {
                    continue;
                }
                double r = hit.distance() + noise * random.nextGaussian();
                out[n] = (float) (r * way.x());
                out[n + 1] = (float) (r * way.y());
                out[n + 2] = (float) (r * way.z());
                out[n + 3] = intensity(world, hit, random);
                out[n + 4] = beam;
                n += PointCloud.NUSCENES_COLUMNS;
                if (hit.actor() != GROUND) {
                    returns[hit.actor()]++;
                }
            }
        }
        return new Scan(
                new PointCloud(Arrays.copyOf(out, n), PointCloud.NUSCENES_COLUMNS),
                Arrays.stream(returns).boxed().toList());
    }

    private Vec3 direction(int beam, int step) {
        double spread = beams == 1 ? 0 : (highest - lowest) * beam / (beams - 1);
        double elevation = Math.toRadians(lowest + spread);
        double azimuth = 2 * Math.PI * step / steps;
        double flat = Math.cos(elevation);
        return new Vec3(flat * Math.cos(azimuth), flat * Math.sin(azimuth), Math.sin(elevation));
    }

    private static Ray ray(Pose sensor, Vec3 way) {
        Vec3 from = sensor.translation();
        Vec3 to = sensor.rotation().rotate(way);
        return new Ray(from.x(), from.y(), from.z(), to.x(), to.y(), to.z());
    }

    private static float intensity(World world, Hit hit, Random random) {
        double near = hit.actor() == GROUND
                ? ASPHALT
                : world.actors().get(hit.actor()).kind().body().reflectivity();
        double seen = near * (1 - hit.distance() / (2 * RANGE)) + INTENSITY_NOISE * random.nextGaussian();
        return Math.round(Math.max(0, Math.min(BRIGHTEST, seen)));
    }

    private record Hit(double distance, int actor) {}

    private record Placed(OrientedBox box, double cos, double sin) {}

    private record Scene(Ground ground, List<Placed> boxes) {
        static Scene of(World world, double seconds) {
            List<Placed> boxes = new ArrayList<>();
            for (Actor a : world.actors()) {
                boxes.add(new Placed(a.at(seconds, world.ground()), Math.cos(a.yaw()), Math.sin(a.yaw())));
            }
            return new Scene(world.ground(), boxes);
        }

        Hit first(Ray ray) {
            double nearest = ground.distance(ray);
            int actor = GROUND;
            for (int i = 0; i < boxes.size(); i++) {
                Placed b = boxes.get(i);
                double d = ray.distance(b.box(), b.cos(), b.sin());
                if (d < nearest) {
                    nearest = d;
                    actor = i;
                }
            }
            return new Hit(nearest, actor);
        }
    }
}
