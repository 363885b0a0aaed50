package dev.octavo.lidar.voxel;

import dev.octavo.lidar.geometry.Pose;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a key frame and the sweeps before it into one cloud in the key frame's LiDAR frame.
 *
 * <pre>
 *   p' = (sensor ∘ in vehicle)⁻¹ · (vehicle in global)⁻¹ · vehicle' in global · sensor' in vehicle · p      in double, rounded once
 *   columns x, y, z, intensity, time lag in seconds (0 for the key frame, growing backwards)
 * </pre>
 *
 * <p>Points of past sweeps within 1 m of the sensor along x and y are the vehicle itself and are left out; the key frame
 * keeps its own. Where there are fewer sweeps than wanted, the oldest is repeated, as in the public detectors' data
 * loading; at the start of a scene the key frame itself is, without its nearest points.
 */
public final class SweepAggregator {
    private static final int COLUMNS = 5;
    private static final double NEAR = 1.0;
    private static final double SECONDS = 1e-6;

    /**
     * One sweep with its points.
     *
     * @param points x, y, z, intensity and more columns, which are not used
     * @param sensor the sensor on the vehicle
     * @param ego the vehicle in the global frame
     * @param timestamp microseconds
     */
    public record Loaded(PointCloud points, Pose sensor, Pose ego, long timestamp) {
        public Loaded {
            if (points.columns() < 4) {
                throw new IllegalArgumentException(
                        "x, y, z and intensity per point, got " + points.columns() + " columns");
            }
        }
    }

    private SweepAggregator() {}

    /**
     * The cloud of a key frame and {@code before} sweeps.
     *
     * @param sweeps the key frame, then the sweeps before it backwards in time, as many as there are
     * @param before how many sweeps to add, 9 for ten in all
     */
    public static PointCloud aggregate(List<Loaded> sweeps, int before) {
        if (sweeps.isEmpty()) {
            throw new IllegalArgumentException("at least the key frame");
        }
        Loaded key = sweeps.get(0);
        Pose fromGlobal = key.ego().after(key.sensor()).inverse();
        List<float[]> parts = new ArrayList<>();
        parts.add(moved(key.points(), Pose.IDENTITY.matrix(), 0, false));
        for (int i = 1; i <= before; i++) {
            int which = Math.min(i, sweeps.size() - 1);
            Loaded s = sweeps.get(which);
            double[] toKey = which == 0
                    ? Pose.IDENTITY.matrix()
                    : fromGlobal.after(s.ego().after(s.sensor())).matrix();
            parts.add(moved(s.points(), toKey, SECONDS * (key.timestamp() - s.timestamp()), true));
        }
        float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (float[] p : parts) {
            System.arraycopy(p, 0, all, at, p.length);
            at += p.length;
        }
        return new PointCloud(all, COLUMNS);
    }

    private static float[] moved(PointCloud cloud, double[] m, double lag, boolean leaveOutVehicle) {
        float[] from = cloud.values();
        float[] to = new float[cloud.size() * COLUMNS];
        int n = 0;
        for (int i = 0; i < cloud.size(); i++) {
            int at = i * cloud.columns();
            double x = from[at];
            double y = from[at + 1];
            double z = from[at + 2];
            if (leaveOutVehicle && Math.abs(x) < NEAR && Math.abs(y) < NEAR) {
                continue;
            }
            to[n] = (float) (m[0] * x + m[1] * y + m[2] * z + m[3]);
            to[n + 1] = (float) (m[4] * x + m[5] * y + m[6] * z + m[7]);
            to[n + 2] = (float) (m[8] * x + m[9] * y + m[10] * z + m[11]);
            to[n + 3] = from[at + 3];
            to[n + 4] = (float) lag;
            n += COLUMNS;
        }
        return java.util.Arrays.copyOf(to, n);
    }
}
