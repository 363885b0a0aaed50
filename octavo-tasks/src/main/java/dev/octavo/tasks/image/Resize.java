package dev.octavo.tasks.image;

import dev.octavo.core.data.UnreadableSampleException;
import java.util.Locale;

/**
 * To which size a picture is brought before it is cropped.
 *
 * @param target what becomes of its width and height
 * @param filter how the new pixels are made
 */
public record Resize(Target target, ResizeFilter filter) {
    /** The size to reach. */
    public sealed interface Target {}

    /**
     * The shorter side becomes {@code pixels}, the longer one follows in proportion, rounded down:
     * 640 x 480 becomes 341 x 256. A picture whose shorter side has that length is left alone.
     *
     * @param pixels at least 1
     */
    public record Shorter(int pixels) implements Target {
        public Shorter {
            requirePixels(pixels);
        }
    }

    /**
     * Exactly this size, whatever the proportions were.
     *
     * @param height rows, at least 1
     * @param width pixels per row, at least 1
     */
    public record Exact(int height, int width) implements Target {
        public Exact {
            requirePixels(height);
            requirePixels(width);
            if ((long) height * width > PictureHeader.MOST_PIXELS) {
                throw new IllegalArgumentException("at most 100 million pixels, got " + height + "x" + width);
            }
        }
    }

    /**
     * The largest size of the same proportions that fits in: the side that binds becomes as long as allowed, the other
     * follows, rounded to the nearest pixel, at least 1. Smaller pictures grow.
     *
     * @param height most rows, at least 1
     * @param width most pixels per row, at least 1
     */
    public record Within(int height, int width) implements Target {
        public Within {
            requirePixels(height);
            requirePixels(width);
        }

        Exact of(int pictureWidth, int pictureHeight) {
            double factor = Math.min((double) width / pictureWidth, (double) height / pictureHeight);
            long w = Math.round(pictureWidth * factor);
            long h = Math.round(pictureHeight * factor);
            return new Exact((int) Math.max(1, Math.min(height, h)), (int) Math.max(1, Math.min(width, w)));
        }
    }

    Picture apply(Picture picture, String name) throws UnreadableSampleException {
        int w = picture.width();
        int h = picture.height();
        if (target instanceof Exact exact) {
            return resized(picture, exact.width(), exact.height(), name);
        }
        if (target instanceof Within within) {
            Exact fits = within.of(w, h);
            return resized(picture, fits.width(), fits.height(), name);
        }
        int shorter = ((Shorter) target).pixels();
        if (Math.min(w, h) == shorter) {
            return picture;
        }
        long longer = (long) shorter * Math.max(w, h) / Math.min(w, h);
        return w < h ? resized(picture, shorter, longer, name) : resized(picture, longer, shorter, name);
    }

    /** Refuses what would not fit into an array, be it the result or the rows between the two passes. */
    private Picture resized(Picture p, long width, long height, String name) throws UnreadableSampleException {
        if (width * height > PictureHeader.MOST_PIXELS || width * p.height() * p.channels() > Integer.MAX_VALUE / 2) {
            throw new UnreadableSampleException(
                    name,
                    "its " + p.width() + "x" + p.height() + " pixels are too many or too narrow for " + this,
                    null);
        }
        return Resampler.resize(p, (int) width, (int) height, filter);
    }

    private static void requirePixels(int n) {
        if (n < 1 || n > 1 << 14) {
            throw new IllegalArgumentException("a side has 1 to 16384 pixels, got " + n);
        }
    }

    /** {@code resize-shorter 256 bilinear}. */
    @Override
    public String toString() {
        String size;
        if (target instanceof Exact e) {
            size = "resize " + e.height() + "x" + e.width();
        } else if (target instanceof Within w) {
            size = "resize-within " + w.height() + "x" + w.width();
        } else {
            size = "resize-shorter " + ((Shorter) target).pixels();
        }
        return size + " " + filter.name().toLowerCase(Locale.ROOT);
    }
}
