package dev.octavo.cli;

import dev.octavo.lidar.pipeline.FramesFile;
import dev.octavo.lidar.pipeline.NuScenesFrames;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** What to look at when a detector for point clouds is given instead of a model. */
final class DetectorFlags {
    @Option(
            names = "--scenes",
            paramLabel = "NAME[,...]",
            split = ",",
            hideParamSyntax = true,
            description = "With a detector: these scenes, by name or pattern (default: all).")
    private List<String> scenes = List.of();

    /** Whether a file describes a detector and is no model. */
    static boolean isDetector(Path model) {
        String name = String.valueOf(model.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    boolean isGiven() {
        return !scenes.isEmpty();
    }

    /** The frames of a data set in the layout of nuScenes. */
    NuScenesFrames open(Path folder, Optional<Integer> samples, CommonOptions common) {
        if (samples.filter(n -> n < 1).isPresent()) {
            throw common.wrong("the number of samples is " + samples.get(), "ask for at least one");
        }
        OptionalInt most = samples.map(OptionalInt::of).orElse(OptionalInt.empty());
        return NuScenesFrames.open(folder, FramesFile.scenes(scenes), most);
    }
}
