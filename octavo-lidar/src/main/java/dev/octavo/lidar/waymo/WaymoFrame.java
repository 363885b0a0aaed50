package dev.octavo.lidar.waymo;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.OrientedBox;
import java.util.List;

/**
 * One frame in the vehicle's coordinates: x forwards, metres.
 *
 * @param truths what is annotated
 * @param predictions what was found
 */
public record WaymoFrame(List<Truth> truths, List<Prediction> predictions) {
    /** An annotation with more points than this is of level 1, unless it was labelled hard. */
    private static final int FEW_POINTS = 5;

    public WaymoFrame {
        truths = List.copyOf(truths);
        predictions = List.copyOf(predictions);
    }

    /**
     * An annotation.
     *
     * @param points LiDAR points in it; without any it is none
     * @param hard whether annotators called it hard
     */
    public record Truth(OrientedBox box, WaymoClass type, int points, boolean hard) {
        /** 1 or 2; 0 for one that does not count at all. */
        int level() {
            if (points < 1) {
                return 0;
            }
            return points > FEW_POINTS && !hard ? 1 : 2;
        }
    }

    /**
     * A box that was found.
     *
     * @param score 0..1
     * @param inNoLabelZone whether it overlaps a zone in which nothing was annotated; if so it is never false
     */
    public record Prediction(OrientedBox box, WaymoClass type, double score, boolean inNoLabelZone) {
        public Prediction {
            if (!(score >= 0 && score <= 1)) {
                throw new ModelException("a box has the score " + score, "scores are in [0, 1]: look for NaN");
            }
        }
    }
}
