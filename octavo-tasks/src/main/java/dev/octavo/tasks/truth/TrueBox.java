package dev.octavo.tasks.truth;

import java.io.Serializable;

/**
 * An object that is there.
 *
 * @param label its class, 0 or more
 * @param box where it is in the picture
 * @param kind whether it has to be found
 * @param area how large it is, in pixels, squared: of its outline where that is known, otherwise of its box
 */
public record TrueBox(int label, Box box, Kind kind, double area) implements Serializable {
    /** An object of which nothing is known but its box. */
    public TrueBox(int label, Box box, Kind kind) {
        this(label, box, kind, box.area(PixelConvention.CONTINUOUS));
    }

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
        if (!(area >= 0)) {
            throw new IllegalArgumentException("area is a number of square pixels, got " + area);
        }
    }
}
