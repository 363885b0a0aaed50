package dev.octavo.lidar.pipeline;

import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.detect.Detection;
import dev.octavo.lidar.detect.GlobalBoxes;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.nuscenes.DetectionBox;
import dev.octavo.lidar.nuscenes.GroundTruth;
import dev.octavo.lidar.nuscenes.NuScenesMetric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What is to be found in a frame, and what turns a dense part's outputs for it into boxes.
 *
 * @param spec the detector
 * @param truth the annotations
 * @param sensor the sensor on the vehicle
 * @param ego the vehicle in the global frame
 */
public record FrameTruth(DetectorSpec spec, GroundTruth.SampleTruth truth, Pose sensor, Pose ego)
        implements Sample.Truth {
    /** The boxes in the global frame that the dense part's outputs mean, at most the 500 best. */
    List<DetectionBox> boxes(Map<String, Tensor> outputs) {
        return global(spec.decoder().decode(new Heads(spec).of(outputs)));
    }

    /** Detections in the global frame, at most the 500 best. */
    List<DetectionBox> global(List<Detection> found) {
        List<Detection> best = new ArrayList<>(found);
        if (best.size() > NuScenesMetric.MOST_BOXES) {
            best.sort(Comparator.comparingDouble(Detection::score).reversed());
        }
        return best.stream()
                .limit(NuScenesMetric.MOST_BOXES)
                .map(d -> GlobalBoxes.of(d, spec.type(d.label()), sensor, ego))
                .toList();
    }
}
