package dev.octavo.lidar.example;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.lidar.nuscenes.ResultFile;
import dev.octavo.lidar.pipeline.Detector;
import dev.octavo.lidar.pipeline.DetectorModel;
import dev.octavo.lidar.pipeline.NuScenesFrames;
import dev.octavo.lidar.pipeline.Predictions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/** The other program that {@code docs/point-clouds.md} shows. */
public final class DetectorExample {
    private DetectorExample() {}

    /** The detector's file, the data set, and the result file to write; returns the scores. */
    public static Map<String, Double> run(Path file, Path data, Path results) throws IOException {
        DetectorModel model = DetectorModel.read(file);
        NuScenesFrames frames = NuScenesFrames.open(data, scene -> true, OptionalInt.of(100));
        try (Detector detector = Detector.open(model, Mode.OPTIMIZED, 1)) {
            Predictions found = Predictions.of(detector, frames, 2, Progress.NONE); // two frames at a time
            ResultFile.write(results, found.boxes());
            return found.score(frames).scores(); // NDS, mAP, mATE …, AP.car …
        }
    }
}
