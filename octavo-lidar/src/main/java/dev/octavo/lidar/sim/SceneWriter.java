package dev.octavo.lidar.sim;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.voxel.PointCloud;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes scenes as nuScenes does: sweeps as {@code .bin} files of float32 rows x, y, z, intensity, beam, and the
 * tables as arrays of records, in the folder {@value #TABLES}.
 *
 * <p>A key frame is taken every half second, sweeps every {@value #SWEEP_MICROS} µs; the sweeps before the first key
 * frame are there too, so that every sample has its past.
 */
final class SceneWriter {
    /** The tables' folder. */
    static final String TABLES = "v1.0-simulated";

    static final int SWEEP_MICROS = 50_000;
    static final int SWEEPS_PER_SAMPLE = 10;
    private static final double SECONDS = 1e-6;
    private static final long START = 1_500_000_000_000_000L;
    private static final long SCENE_MICROS = 60_000_000L;
    private static final String SENSOR = "sensor-lidar";
    private static final String MOUNT = "mount-lidar";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Lidar lidar;
    private final Map<String, List<Map<String, Object>>> tables = new LinkedHashMap<>();
    private int scenes;

    SceneWriter(Path folder, Lidar lidar) {
        this.folder = folder;
        this.lidar = lidar;
        row("sensor", "token", SENSOR, "channel", "LIDAR_TOP", "modality", "lidar");
        row(
                "calibrated_sensor",
                "token",
                MOUNT,
                "sensor_token",
                SENSOR,
                "translation",
                list(Lidar.MOUNT.translation()),
                "rotation",
                list(Lidar.MOUNT.rotation()));
        for (ActorKind kind : ActorKind.values()) {
            row("category", "token", kind.category(), "name", kind.category());
        }
        for (String attribute : attributes()) {
            row("attribute", "token", attribute, "name", attribute);
        }
        for (String empty : List.of("scene", "sample", "sample_data", "ego_pose", "instance", "sample_annotation")) {
            tables.put(empty, new ArrayList<>());
        }
    }

    private static List<String> attributes() {
        List<String> out = new ArrayList<>();
        for (ActorKind kind : ActorKind.values()) {
            for (double speed : new double[] {0, 1}) {
                String a = kind.attribute(speed);
                if (!a.isEmpty() && !out.contains(a)) {
                    out.add(a);
                }
            }
        }
        return out;
    }

    /**
     * Scans one scene and writes its sweeps.
     *
     * @param name such as {@code scene-0001}
     * @param samples number of key frames
     * @param sweeps how many sweeps are written for each key frame, itself included, 1 to {@value #SWEEPS_PER_SAMPLE}
     * @param seed of noise and drop-out
     */
    void write(String name, World world, int samples, int sweeps, long seed) {
        long start = START + scenes++ * SCENE_MICROS;
        row("scene", "token", name, "name", name, "nbr_samples", samples, "first_sample_token", sample(name, 0));
        for (int a = 0; a < world.actors().size(); a++) {
            String category = world.actors().get(a).kind().category();
            row("instance", "token", name + "-object-" + a, "category_token", category);
        }
        String before = "";
        for (int s = 0; s < samples; s++) {
            long key = (long) s * SWEEPS_PER_SAMPLE * SWEEP_MICROS;
            row(
                    "sample",
                    "token",
                    sample(name, s),
                    "timestamp",
                    start + key,
                    "scene_token",
                    name,
                    "prev",
                    s == 0 ? "" : sample(name, s - 1),
                    "next",
                    s == samples - 1 ? "" : sample(name, s + 1));
            for (int back = sweeps - 1; back >= 0; back--) {
                long micros = key - (long) back * SWEEP_MICROS;
                Lidar.Scan scan = lidar.scan(world, SECONDS * micros, seed * 1_000_003 + micros / SWEEP_MICROS);
                String token = name + "-sweep-" + s + "-" + back;
                String file = (back == 0 ? "samples" : "sweeps") + "/LIDAR_TOP/" + token + ".bin";
                write(scan.points(), folder.resolve(file));
                pose(token, world.ego(SECONDS * micros), start + micros);
                row(
                        "sample_data",
                        "token",
                        token,
                        "sample_token",
                        sample(name, s),
                        "ego_pose_token",
                        token,
                        "calibrated_sensor_token",
                        MOUNT,
                        "timestamp",
                        start + micros,
                        "is_key_frame",
                        back == 0,
                        "filename",
                        file,
                        "prev",
                        before);
                before = token;
                if (back == 0) {
                    annotate(name, s, samples, world, scan);
                }
            }
        }
    }

    private void annotate(String name, int s, int samples, World world, Lidar.Scan scan) {
        double seconds = SECONDS * s * SWEEPS_PER_SAMPLE * SWEEP_MICROS;
        for (int a = 0; a < world.actors().size(); a++) {
            Actor actor = world.actors().get(a);
            OrientedBox box = actor.at(seconds, world.ground());
            String attribute = actor.kind().attribute(actor.speed());
            row(
                    "sample_annotation",
                    "token",
                    annotation(name, a, s),
                    "sample_token",
                    sample(name, s),
                    "instance_token",
                    name + "-object-" + a,
                    "attribute_tokens",
                    attribute.isEmpty() ? List.of() : List.of(attribute),
                    "translation",
                    list(box.centre()),
                    "size",
                    List.of(box.width(), box.length(), box.height()),
                    "rotation",
                    list(box.rotation()),
                    "prev",
                    s == 0 ? "" : annotation(name, a, s - 1),
                    "next",
                    s == samples - 1 ? "" : annotation(name, a, s + 1),
                    "num_lidar_pts",
                    scan.returns().get(a),
                    "num_radar_pts",
                    0);
        }
    }

    /** Writes the tables; last. */
    void finish() {
        try {
            Path to = Files.createDirectories(folder.resolve(TABLES));
            for (Map.Entry<String, List<Map<String, Object>>> table : tables.entrySet()) {
                JSON.writeValue(to.resolve(table.getKey() + ".json").toFile(), table.getValue());
            }
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    private void pose(String token, Pose pose, long timestamp) {
        row(
                "ego_pose",
                "token",
                token,
                "timestamp",
                timestamp,
                "translation",
                list(pose.translation()),
                "rotation",
                list(pose.rotation()));
    }

    private void row(String table, Object... fields) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            row.put((String) fields[i], fields[i + 1]);
        }
        tables.computeIfAbsent(table, t -> new ArrayList<>()).add(row);
    }

    private static void write(PointCloud cloud, Path file) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * cloud.values().length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(cloud.values());
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, bytes.array());
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static ModelException unwritable(Path file, IOException e) {
        return new ModelException(file + " cannot be written: " + e.getMessage(), "check the folder and its space", e);
    }

    private static String sample(String scene, int s) {
        return scene + "-sample-" + s;
    }

    private static String annotation(String scene, int actor, int s) {
        return scene + "-object-" + actor + "-at-" + s;
    }

    private static List<Double> list(Vec3 v) {
        return List.of(v.x(), v.y(), v.z());
    }

    private static List<Double> list(Quaternion q) {
        return List.of(q.w(), q.x(), q.y(), q.z());
    }
}
