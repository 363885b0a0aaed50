package dev.octavo.lidar.nuscenes;

import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Vec3;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What there is to find in a set of samples.
 *
 * @param samples by sample token, in the order of the split
 */
public record GroundTruth(Map<String, SampleTruth> samples) {
    public GroundTruth {
        samples = Collections.unmodifiableMap(new LinkedHashMap<>(samples));
    }

    /**
     * One sample.
     *
     * @param boxes the annotations of the ten classes
     * @param ego where the vehicle was when the LiDAR's key frame was taken, global frame
     * @param racks the bicycle racks
     */
    public record SampleTruth(List<DetectionBox> boxes, Vec3 ego, List<OrientedBox> racks) implements Serializable {
        public SampleTruth {
            boxes = List.copyOf(boxes);
            racks = List.copyOf(racks);
        }

        /** The boxes that count: within the class's range, not empty, not parked in a rack. Order kept. */
        List<DetectionBox> filter(List<DetectionBox> all) {
            return all.stream().filter(this::counts).toList();
        }

        private boolean counts(DetectionBox b) {
            return b.box().centre().minus(ego).lengthXy() < b.type().range()
                    && b.points() != 0
                    && !(b.type().parksInRacks()
                            && racks.stream().anyMatch(r -> r.contains(b.box().centre())));
        }
    }
}
