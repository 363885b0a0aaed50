package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.lidar.nuscenes.ResultFile;
import dev.octavo.lidar.pipeline.Detector;
import dev.octavo.lidar.pipeline.DetectorModel;
import dev.octavo.lidar.pipeline.NuScenesFrames;
import dev.octavo.lidar.pipeline.Predictions;
import dev.octavo.lidar.voxel.Voxels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a detector over frames and scores what it finds.
 *
 * @param file the detector's
 * @param frames what to look at
 * @param mode how quantized graphs run
 * @param threads frames at a time
 * @param results where to write the boxes, if anywhere
 */
record DetectorEvaluation(Path file, NuScenesFrames frames, Mode mode, int threads, Optional<Path> results) {
    void run(CommonOptions common, Console console) {
        results.ifPresent(r -> ModelFile.requireWritable(r, List.of(file)));
        Predictions found;
        try (Detector detector = Detector.open(DetectorModel.read(file), mode, 1)) {
            found = Predictions.of(detector, frames, threads, console);
        }
        results.ifPresent(r -> write(r, found));
        warn(found, console);
        Map<String, Double> scores = found.score(frames).scores();
        if (common.json) {
            common.out().println(Json.text(facts(scores, found)));
        } else {
            common.out()
                    .println(frames.samples().size() + " samples, "
                            + found.boxes().values().stream()
                                    .mapToInt(List::size)
                                    .sum() + " boxes");
            NuScenesText.lines(scores).forEach(common.out()::println);
            results.ifPresent(r -> common.out().println("wrote " + r));
        }
        common.out().flush();
    }

    private static void write(Path file, Predictions found) {
        try {
            ResultFile.write(file, found.boxes());
        } catch (IOException e) {
            throw new ModelException("cannot write " + file + ": " + e.getMessage(), "check its folder", e);
        }
    }

    private static void warn(Predictions found, Console console) {
        if (!found.notNumbers().isEmpty()) {
            console.warn(found.notNumbers().size() + " samples have NaN in their heat maps, such as "
                    + found.notNumbers().get(0));
        }
        Voxels.Dropped dropped = found.dropped();
        if (dropped.notFinite() > 0) {
            console.warn(dropped.notFinite() + " points with NaN or infinity were left out");
        }
        if (dropped.beyondVoxels() > 0) {
            console.warn(dropped.beyondVoxels() + " points were left out, for their frames had all the voxels allowed");
        }
        if (found.voxels() == 0) {
            console.warn("no frame has a point within the range");
        }
    }

    private Map<String, Object> facts(Map<String, Double> scores, Predictions found) {
        Map<String, Object> facts = new LinkedHashMap<>(scores);
        facts.put("samples", frames.samples().size());
        facts.put("boxes", found.boxes().values().stream().mapToInt(List::size).sum());
        facts.put("voxels", found.voxels());
        facts.put(
                "dropped",
                Map.of(
                        "notFinite", found.dropped().notFinite(),
                        "outside", found.dropped().outside(),
                        "beyondPoints", found.dropped().beyondPoints(),
                        "beyondVoxels", found.dropped().beyondVoxels()));
        facts.put("notNumbers", found.notNumbers());
        return facts;
    }
}
