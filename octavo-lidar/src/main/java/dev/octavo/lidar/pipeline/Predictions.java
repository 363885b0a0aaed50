package dev.octavo.lidar.pipeline;

import dev.octavo.core.data.Progress;
import dev.octavo.lidar.nuscenes.DetectionBox;
import dev.octavo.lidar.nuscenes.NuScenesMetric;
import dev.octavo.lidar.voxel.Voxels;
import dev.octavo.ort.Parallel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * What a detector found in a data set.
 *
 * @param boxes by sample, in the global frame, at most the 500 best of each
 * @param voxels over all frames
 * @param dropped points in no voxel, over all frames
 * @param notNumbers samples in whose heat maps there is NaN
 */
public record Predictions(
        Map<String, List<DetectionBox>> boxes, long voxels, Voxels.Dropped dropped, List<String> notNumbers) {
    public Predictions {
        boxes = Collections.unmodifiableMap(new LinkedHashMap<>(boxes));
        notNumbers = List.copyOf(notNumbers);
    }

    /**
     * Runs a detector over frames. The result does not depend on how many are in work at a time.
     *
     * @param atATime frames in work at once
     */
    public static Predictions of(Detector detector, NuScenesFrames frames, int atATime, Progress progress) {
        progress.begin("frames", frames.samples().size());
        try {
            List<Callable<Detector.Found>> work = new ArrayList<>();
            for (String sample : frames.samples()) {
                work.add(() -> {
                    Detector.Found found = detector.detect(
                            frames.cloud(sample, detector.model().spec().sweeps()));
                    progress.advance(1);
                    return found;
                });
            }
            List<Detector.Found> found = Parallel.all(work, atATime);
            return collected(detector.model().spec(), frames, found);
        } finally {
            progress.end();
        }
    }

    private static Predictions collected(DetectorSpec spec, NuScenesFrames frames, List<Detector.Found> found) {
        Map<String, List<DetectionBox>> boxes = new LinkedHashMap<>();
        List<String> notNumbers = new ArrayList<>();
        long voxels = 0;
        Voxels.Dropped dropped = new Voxels.Dropped(0, 0, 0, 0);
        for (int i = 0; i < found.size(); i++) {
            String sample = frames.samples().get(i);
            Detector.Found f = found.get(i);
            boxes.put(sample, frames.truth(spec, sample).global(f.boxes()));
            voxels += f.voxels();
            dropped = dropped.plus(f.dropped());
            if (f.notNumbers() > 0) {
                notNumbers.add(sample);
            }
        }
        return new Predictions(boxes, voxels, dropped, notNumbers);
    }

    /** The tally of these boxes against what is annotated in the frames. */
    public NuScenesMetric score(NuScenesFrames frames) {
        NuScenesMetric tally = NuScenesMetric.none(frames.truth());
        for (Map.Entry<String, List<DetectionBox>> e : boxes.entrySet()) {
            tally = tally.plus(e.getKey(), e.getValue());
        }
        return tally.complete();
    }
}
