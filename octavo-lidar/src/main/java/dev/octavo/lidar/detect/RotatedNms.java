package dev.octavo.lidar.detect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Non-maximum suppression by the overlap of footprints, whatever the classes.
 *
 * @param threshold a box is dropped when its overlap with a better kept one exceeds this, strictly
 * @param most the best so many boxes take part
 * @param keep at most so many are kept
 */
public record RotatedNms(double threshold, int most, int keep) {
    /** As CenterPoint for nuScenes has it. */
    public static final RotatedNms CENTERPOINT = new RotatedNms(0.2, 1000, 83);

    public RotatedNms {
        if (!(threshold >= 0 && threshold <= 1) || most < 1 || keep < 1) {
            throw new IllegalArgumentException(
                    "a threshold in [0, 1] and at least 1 box, got " + threshold + ", " + most + ", " + keep);
        }
    }

    /** The kept boxes by falling score; of equal scores the earlier one ranks first. */
    public List<Detection> apply(List<Detection> boxes) {
        List<Detection> ranked = new ArrayList<>(boxes);
        ranked.sort(Comparator.comparingDouble(Detection::score).reversed());
        List<Detection> kept = new ArrayList<>();
        for (Detection d : ranked.subList(0, Math.min(most, ranked.size()))) {
            if (kept.size() == keep) {
                break;
            }
            if (kept.stream().noneMatch(k -> RotatedIou.of(k, d) > threshold)) {
                kept.add(d);
            }
        }
        return kept;
    }
}
