package dev.octavo.tasks.truth;

import java.io.Serializable;

/**
 * An object that is there.
 *
 * @param label its class, 0 or more
 * @param box where it is in the picture
 * @param kind whether it has to be found
 */
public record TrueBox(int label, Box box, Kind kind) implements Serializable {
    /** Whether an object has to be found. */
    public enum Kind {
        /** It counts. */
        PLAIN,
        /** Marked difficult (VOC): finding it is neither right nor wrong. */
        DIFFICULT,
        /** A crowd (COCO): neither, for any number of detections that lie in it. */
        CROWD
    }

    public TrueBox {
        if (label < 0) {
            throw new IllegalArgumentException("classes count from 0, got " + label);
        }
    }
}
