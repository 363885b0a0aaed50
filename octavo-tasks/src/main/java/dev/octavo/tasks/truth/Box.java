package dev.octavo.tasks.truth;

import java.io.Serializable;

/**
 * A rectangle along the axes of a picture. Whether its ends are edges of pixels or pixels that belong to it, is a matter
 * of {@link PixelConvention}; 0 is the first pixel.
 *
 * @param x1 left
 * @param y1 top
 * @param x2 right, not less than x1
 * @param y2 bottom, not less than y1
 */
public record Box(double x1, double y1, double x2, double y2) implements Serializable {
    public Box {
        if (!(x1 <= x2) || !(y1 <= y2)) {
            throw new IllegalArgumentException(
                    "a box has left <= right and top <= bottom, got " + x1 + " " + y1 + " " + x2 + " " + y2);
        }
    }

    /** Pixels, squared. */
    public double area(PixelConvention pixels) {
        return (x2 - x1 + pixels.extra()) * (y2 - y1 + pixels.extra());
    }

    /** Pixels, squared, that both cover. */
    public double overlap(Box other, PixelConvention pixels) {
        double w = Math.min(x2, other.x2) - Math.max(x1, other.x1) + pixels.extra();
        double h = Math.min(y2, other.y2) - Math.max(y1, other.y1) + pixels.extra();
        return w > 0 && h > 0 ? w * h : 0;
    }

    /** Intersection over union, 0 to 1; 0 for two boxes without area. */
    public double iou(Box other, PixelConvention pixels) {
        double both = overlap(other, pixels);
        return both > 0 ? both / (area(pixels) + other.area(pixels) - both) : 0;
    }
}
