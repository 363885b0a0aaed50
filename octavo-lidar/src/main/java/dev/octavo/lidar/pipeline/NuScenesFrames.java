package dev.octavo.lidar.pipeline;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.nuscenes.GroundTruth;
import dev.octavo.lidar.nuscenes.NuScenes;
import dev.octavo.lidar.voxel.PointCloud;
import dev.octavo.lidar.voxel.SweepAggregator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The frames of a data set laid out as nuScenes: sweeps put together, boxes brought into the global frame.
 *
 * @param folder that the sweeps' file names are relative to
 * @param data the tables
 * @param samples the samples to look at
 * @param truth what is annotated in these samples
 */
public record NuScenesFrames(Path folder, NuScenes data, List<String> samples, GroundTruth truth) {
    private static final String TABLE = "sample.json";

    public NuScenesFrames {
        samples = List.copyOf(samples);
    }

    /**
     * Reads the tables.
     *
     * @param path the data set's folder with one folder of tables in it, such as {@code v1.0-mini}, or the tables' folder
     * @param scenes which scenes, by name
     * @param most at most so many samples, spread evenly over the split
     */
    public static NuScenesFrames open(Path path, Predicate<String> scenes, OptionalInt most) {
        Path tables = tables(path);
        Path parent = tables.toAbsolutePath().getParent();
        NuScenes data = NuScenes.read(tables, scenes);
        List<String> samples = spread(data.samples(), most);
        Map<String, GroundTruth.SampleTruth> truth =
                new LinkedHashMap<>(data.truth().samples());
        truth.keySet().retainAll(samples);
        return new NuScenesFrames(parent == null ? tables : parent, data, samples, new GroundTruth(truth));
    }

    private static Path tables(Path path) {
        if (Files.exists(path.resolve(TABLE))) {
            return path;
        }
        if (!Files.isDirectory(path)) {
            throw new ModelException("there is no folder " + path, "name the data set's folder");
        }
        try (Stream<Path> inside = Files.list(path)) {
            List<Path> found =
                    inside.filter(p -> Files.exists(p.resolve(TABLE))).sorted().toList();
            if (found.size() == 1) {
                return found.get(0);
            }
            throw new ModelException(
                    path + (found.isEmpty() ? " holds no folder with " + TABLE : " holds several folders with tables"),
                    found.isEmpty()
                            ? "name the folder with the tables, such as v1.0-trainval"
                            : "name one of " + found);
        } catch (IOException e) {
            throw new ModelException(path + " cannot be read: " + e.getMessage(), "check the folder", e);
        }
    }

    private static List<String> spread(List<String> all, OptionalInt most) {
        int n = most.orElse(all.size());
        if (n < 1) {
            throw new ModelException("got " + n + " samples to look at", "ask for at least one");
        }
        List<String> out = new ArrayList<>();
        for (int i = 0; i < Math.min(n, all.size()); i++) {
            out.add(all.get((int) ((long) i * all.size() / Math.min(n, all.size()))));
        }
        return out;
    }

    /**
     * The points of a sample, with those of the sweeps before it.
     *
     * @param sweeps how many in all
     */
    public PointCloud cloud(String sample, int sweeps) {
        List<SweepAggregator.Loaded> loaded = new ArrayList<>();
        for (NuScenes.Sweep s : data.sweeps(sample, sweeps - 1)) {
            PointCloud points = PointCloud.read(folder.resolve(s.file()), PointCloud.NUSCENES_COLUMNS);
            loaded.add(new SweepAggregator.Loaded(points, s.sensor(), s.ego(), s.timestamp()));
        }
        return SweepAggregator.aggregate(loaded, sweeps - 1);
    }

    /** What there is to find in a sample, for a detector. */
    public FrameTruth truth(DetectorSpec spec, String sample) {
        NuScenes.Sweep key = data.sweeps(sample, 0).get(0);
        return new FrameTruth(
                spec, Objects.requireNonNull(truth.samples().get(sample), sample), key.sensor(), key.ego());
    }
}
