package dev.octavo.tasks.image;

import java.util.List;
import java.util.Locale;

/**
 * A canvas that the resized picture is put on, so that every tensor has one size.
 *
 * @param size of the canvas
 * @param value what surrounds the picture, on the 0..255 scale, not necessarily whole: one number, or one per channel
 *     in the tensor's order
 * @param at where the picture goes
 */
public record Pad(Resize.Exact size, List<Float> value, Anchor at) {
    /** Where the picture goes. */
    public enum Anchor {
        /** In the middle; the odd pixel goes to the right and below. */
        CENTER,
        /** Into the upper left corner. */
        TOP_LEFT
    }

    public Pad {
        value = List.copyOf(value);
        for (float v : value) {
            if (!Float.isFinite(v)) {
                throw new IllegalArgumentException("pad-value is finite, got " + v);
            }
        }
    }

    int left(int width) {
        return at == Anchor.CENTER ? (size.width() - width) / 2 : 0;
    }

    int top(int height) {
        return at == Anchor.CENTER ? (size.height() - height) / 2 : 0;
    }

    /** {@code pad 513x513 [127.5] top-left}. */
    @Override
    public String toString() {
        return "pad " + size.height() + "x" + size.width() + " " + value + " "
                + at.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
