package dev.octavo.lidar.pipeline;

import dev.octavo.core.RecipeException;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * A data set file for a dense part: frames of a data set, and the detector whose sparse part makes maps of them.
 *
 * <pre>
 *   nuscenes: /data/nuscenes      the folder, with one folder of tables in it, or the tables' folder
 *   detector: detector.yaml
 *   scenes: ["scene-01*"]         by name or pattern; all if left out
 * </pre>
 */
public final class FramesFile {
    private static final List<String> KEYS = List.of("nuscenes", "detector", "scenes");

    private FramesFile() {}

    /** Whether a file is a YAML file that names a detector. */
    public static boolean isOne(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (!Files.isRegularFile(file) || !(name.endsWith(".yaml") || name.endsWith(".yml"))) {
            return false;
        }
        try {
            return Yaml.parse(Files.readString(file), name).entries().containsKey("detector");
        } catch (IOException | RecipeException e) {
            return false; // whoever reads it as another kind of file says what is wrong with it
        }
    }

    /** The maps of the frames that a file names. */
    public static MapsDataset open(Path file) {
        String name = String.valueOf(file.getFileName());
        Section s;
        try {
            s = Section.of(name, "a data set of frames", Yaml.parse(Files.readString(file), name), KEYS);
        } catch (IOException e) {
            throw new RecipeException("cannot read the data set file " + file, "check the path");
        }
        Path folder = file.toAbsolutePath().resolveSibling("");
        DetectorModel model = DetectorModel.read(path(s, "detector", folder));
        NuScenesFrames frames = NuScenesFrames.open(path(s, "nuscenes", folder), scenes(names(s)), OptionalInt.empty());
        return MapsDataset.open(model, frames);
    }

    private static Path path(Section s, String key, Path folder) {
        return s.text(key)
                .map(folder::resolve)
                .orElseThrow(() -> new RecipeException(s.file() + " has no '" + key + "'", "write " + key + ": PATH"));
    }

    private static List<String> names(Section s) {
        List<String> out = new ArrayList<>();
        Optional<Yaml.Node> node = s.node("scenes");
        node.ifPresent(n -> {
            List<Yaml.Node> items = n instanceof Yaml.Sequence q ? q.items() : List.of(n);
            for (Yaml.Node item : items) {
                if (!(item instanceof Yaml.Scalar text)) {
                    throw s.wrong(item, "scenes holds something that is no name", "write scenes: [scene-0103]");
                }
                out.add(text.text());
            }
        });
        return out;
    }

    /** Scenes whose name matches one of the patterns; all for none. */
    public static Predicate<String> scenes(List<String> patterns) {
        return scene -> patterns.isEmpty() || patterns.stream().anyMatch(p -> new Glob(p).matches(scene));
    }
}
