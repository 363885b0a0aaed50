package dev.octavo.lidar.nuscenes;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.nuscenes.NuScenesTables.Annotation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The data set from its tables: samples of some scenes, what is annotated in them, and the LiDAR sweeps before each.
 */
public final class NuScenes {
    private static final String CHANNEL = "LIDAR_TOP";
    private static final String RACK = "static_object.bicycle_rack";
    /** A neighbour in time further away than this, seconds, says nothing of the velocity (twice that between both). */
    private static final double LONGEST = 1.5;

    /**
     * One sweep of the LiDAR.
     *
     * @param file relative to the data set's folder
     * @param timestamp microseconds
     * @param sensor the sensor on the vehicle
     * @param ego the vehicle in the global frame
     * @param previous token of the sweep before, empty at the start of a scene
     */
    public record Sweep(String file, long timestamp, Pose sensor, Pose ego, String previous) {}

    private final Path tables;
    private final Map<String, Long> samples = new LinkedHashMap<>(); // token -> timestamp, in time order per scene
    private final Map<String, Sweep> sweeps = new HashMap<>();
    private final Map<String, String> keySweeps = new HashMap<>(); // sample -> sweep

    private NuScenes(Path tables) {
        this.tables = tables;
    }

    /**
     * Reads the tables.
     *
     * @param tables the folder with {@code sample.json} and the others
     * @param scenes which scenes, by name such as {@code scene-0103}
     */
    public static NuScenes read(Path tables, Predicate<String> scenes) {
        NuScenes data = new NuScenes(tables);
        data.readSamples(scenes);
        data.readSweeps();
        return data;
    }

    private void readSamples(Predicate<String> scenes) {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        NuScenesTables.each(tables, "scene", NuScenesTables.Scene.class, s -> {
            if (scenes.test(s.name())) {
                wanted.put(s.token(), wanted.size());
            }
        });
        List<NuScenesTables.Sample> found = new ArrayList<>();
        NuScenesTables.each(tables, "sample", NuScenesTables.Sample.class, s -> {
            if (wanted.containsKey(s.scene_token())) {
                found.add(s);
            }
        });
        found.forEach(s -> samples.put(s.token(), s.timestamp()));
        if (samples.isEmpty()) {
            throw new ModelException("no sample of " + tables + " is in the scenes asked for", "check their names");
        }
    }

    private void readSweeps() {
        Set<String> lidars = new HashSet<>();
        NuScenesTables.each(tables, "sensor", NuScenesTables.Sensor.class, s -> {
            if (s.channel().equals(CHANNEL)) {
                lidars.add(s.token());
            }
        });
        Map<String, Pose> sensors = new HashMap<>();
        NuScenesTables.each(tables, "calibrated_sensor", NuScenesTables.Calibrated.class, c -> {
            if (lidars.contains(c.sensor_token())) {
                sensors.put(c.token(), pose(c.translation(), c.rotation()));
            }
        });
        List<NuScenesTables.SampleData> rows = new ArrayList<>();
        NuScenesTables.each(tables, "sample_data", NuScenesTables.SampleData.class, d -> {
            if (sensors.containsKey(d.calibrated_sensor_token()) && samples.containsKey(d.sample_token())) {
                rows.add(d);
            }
        });
        Set<String> wanted = new HashSet<>();
        rows.forEach(d -> wanted.add(d.ego_pose_token()));
        Map<String, Pose> egos = new HashMap<>();
        NuScenesTables.each(tables, "ego_pose", NuScenesTables.PoseRow.class, p -> {
            if (wanted.contains(p.token())) {
                egos.put(p.token(), pose(p.translation(), p.rotation()));
            }
        });
        for (NuScenesTables.SampleData d : rows) {
            sweeps.put(
                    d.token(),
                    new Sweep(
                            d.filename(),
                            d.timestamp(),
                            required(sensors, d.calibrated_sensor_token(), "calibrated_sensor"),
                            required(egos, d.ego_pose_token(), "ego_pose"),
                            d.prev()));
            if (d.is_key_frame()) {
                keySweeps.put(d.sample_token(), d.token());
            }
        }
    }

    private static Pose pose(List<Double> t, List<Double> r) {
        return new Pose(new Quaternion(r.get(0), r.get(1), r.get(2), r.get(3)), vec(t));
    }

    private static Vec3 vec(List<Double> t) {
        return new Vec3(t.get(0), t.get(1), t.get(2));
    }

    private <T> T required(Map<String, T> rows, String token, String table) {
        T row = rows.get(token);
        if (row == null) {
            throw new ModelException(
                    tables + "/" + table + ".json has no record " + token + ", which another table names",
                    "take all tables from one version of the data set");
        }
        return row;
    }

    /** The sample tokens, in the order of the tables. */
    public List<String> samples() {
        return List.copyOf(samples.keySet());
    }

    /** The key frame of a sample, then up to {@code before} sweeps backwards in time, as many as there are. */
    public List<Sweep> sweeps(String sample, int before) {
        List<Sweep> out = new ArrayList<>();
        Sweep at = required(sweeps, required(keySweeps, sample, "sample_data"), "sample_data");
        out.add(at);
        while (out.size() <= before && !at.previous().isEmpty() && sweeps.containsKey(at.previous())) {
            at = Objects.requireNonNull(sweeps.get(at.previous()));
            out.add(at);
        }
        return out;
    }

    /** The annotations of all samples, as the detection task counts them. */
    public GroundTruth truth() {
        Map<String, String> categories = named("category");
        Map<String, String> attributes = named("attribute");
        Map<String, String> categoryOf = new HashMap<>();
        NuScenesTables.each(
                tables,
                "instance",
                NuScenesTables.Instance.class,
                i -> categoryOf.put(i.token(), required(categories, i.category_token(), "category")));
        Map<String, Annotation> all = new LinkedHashMap<>();
        NuScenesTables.each(tables, "sample_annotation", Annotation.class, a -> {
            if (samples.containsKey(a.sample_token())) {
                all.put(a.token(), a);
            }
        });
        Map<String, List<DetectionBox>> boxes = new HashMap<>();
        Map<String, List<OrientedBox>> racks = new HashMap<>();
        for (Annotation a : all.values()) {
            String category = required(categoryOf, a.instance_token(), "instance");
            if (category.equals(RACK)) {
                racks.computeIfAbsent(a.sample_token(), s -> new ArrayList<>()).add(box(a));
            }
            DetectionClass.ofCategory(category)
                    .ifPresent(type -> boxes.computeIfAbsent(a.sample_token(), s -> new ArrayList<>())
                            .add(truth(a, type, all, attributes)));
        }
        Map<String, GroundTruth.SampleTruth> out = new LinkedHashMap<>();
        for (String sample : samples.keySet()) {
            Vec3 ego = sweeps(sample, 0).get(0).ego().translation();
            out.put(
                    sample,
                    new GroundTruth.SampleTruth(
                            boxes.getOrDefault(sample, List.of()), ego, racks.getOrDefault(sample, List.of())));
        }
        return new GroundTruth(out);
    }

    private Map<String, String> named(String table) {
        Map<String, String> out = new HashMap<>();
        NuScenesTables.each(tables, table, NuScenesTables.Named.class, n -> out.put(n.token(), n.name()));
        return out;
    }

    private static OrientedBox box(Annotation a) {
        List<Double> r = a.rotation();
        return new OrientedBox(
                vec(a.translation()),
                a.size().get(0),
                a.size().get(1),
                a.size().get(2),
                new Quaternion(r.get(0), r.get(1), r.get(2), r.get(3)));
    }

    private DetectionBox truth(
            Annotation a, DetectionClass type, Map<String, Annotation> all, Map<String, String> attributes) {
        if (a.attribute_tokens().size() > 1) {
            throw new ModelException(
                    "the annotation " + a.token() + " has "
                            + a.attribute_tokens().size() + " attributes",
                    "the detection task knows at most one");
        }
        String attribute = a.attribute_tokens().isEmpty()
                ? ""
                : required(attributes, a.attribute_tokens().get(0), "attribute");
        double[] v = velocity(a, all);
        return new DetectionBox(box(a), v[0], v[1], type, -1, attribute, a.num_lidar_pts() + a.num_radar_pts());
    }

    /* From the neighbour before to the one after; the annotation itself stands in for one that is missing. */
    private double[] velocity(Annotation a, Map<String, Annotation> all) {
        boolean hasBefore = !a.prev().isEmpty();
        boolean hasAfter = !a.next().isEmpty();
        Annotation first = hasBefore ? required(all, a.prev(), "sample_annotation") : a;
        Annotation last = hasAfter ? required(all, a.next(), "sample_annotation") : a;
        long from = required(samples, first.sample_token(), "sample");
        long to = required(samples, last.sample_token(), "sample");
        double seconds = 1e-6 * to - 1e-6 * from;
        boolean known = hasBefore || hasAfter;
        if (!known || seconds > (hasBefore && hasAfter ? 2 * LONGEST : LONGEST)) {
            return new double[] {Double.NaN, Double.NaN};
        }
        Vec3 way = vec(last.translation()).minus(vec(first.translation()));
        return new double[] {way.x() / seconds, way.y() / seconds};
    }
}
