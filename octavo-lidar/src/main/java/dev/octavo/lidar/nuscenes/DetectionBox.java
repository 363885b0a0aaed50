package dev.octavo.lidar.nuscenes;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.OrientedBox;
import java.io.Serializable;

/**
 * A box of the detection task in the global frame, predicted or true.
 *
 * @param box where it is
 * @param vx velocity along x, metres per second; NaN when the truth does not tell
 * @param vy velocity along y
 * @param type its class
 * @param score confidence of a prediction; -1 for a truth
 * @param attribute such as {@code vehicle.moving}; empty for none
 * @param points LiDAR and radar points inside a truth; -1 for a prediction
 */
public record DetectionBox(
        OrientedBox box, double vx, double vy, DetectionClass type, double score, String attribute, int points)
        implements Serializable {
    /** The points of a prediction, which nobody counted. */
    public static final int UNCOUNTED = -1;

    public DetectionBox {
        if (Double.isNaN(score)) {
            throw new ModelException("a box has the score NaN", "look for NaN in the network's outputs");
        }
        if (!Double.isFinite(box.centre().x() + box.centre().y() + box.centre().z())
                || !Double.isFinite(box.width() + box.length() + box.height())) {
            throw new ModelException(
                    "a box is at " + box.centre() + " with the size " + box.width() + ", " + box.length() + ", "
                            + box.height(),
                    "position and size are finite: look for NaN in the network's outputs");
        }
    }
}
