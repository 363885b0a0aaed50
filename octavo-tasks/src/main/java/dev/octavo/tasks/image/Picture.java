package dev.octavo.tasks.image;

/**
 * A decoded picture: 8-bit samples, rows from the top, channels interleaved.
 *
 * @param width pixels per row, at least 1
 * @param height rows, at least 1
 * @param channels 1 (gray) or 3 (red, green, blue in this order)
 * @param samples {@code [height, width, channels]}, unsigned; not copied, so it must not change
 */
@SuppressWarnings("ArrayRecordComponent") // Pixels are passed along, never compared.
public record Picture(int width, int height, int channels, byte[] samples) {
    public Picture {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture has pixels, got " + width + "x" + height);
        }
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("a picture has 1 or 3 channels, got " + channels);
        }
        if (samples.length != (long) width * height * channels) {
            throw new IllegalArgumentException(
                    width + "x" + height + "x" + channels + " samples expected, got " + samples.length);
        }
    }

    /**
     * The brightness of a coloured picture, weighted as in ITU-R 601: {@code L = 0.299 R + 0.587 G +
     * 0.114 B}, the weights in 1/65536 and rounded to the nearest, which is Pillow's {@code
     * convert("L")}. A gray picture is returned as it is.
     */
    public Picture gray() {
        if (channels == 1) {
            return this;
        }
        byte[] luma = new byte[width * height];
        for (int i = 0, at = 0; i < luma.length; i++, at += 3) {
            int r = samples[at] & 0xff;
            int g = samples[at + 1] & 0xff;
            int b = samples[at + 2] & 0xff;
            luma[i] = (byte) ((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
        }
        return new Picture(width, height, 1, luma);
    }

    /** The rectangle of {@code w × h} pixels whose upper left pixel is {@code (left, top)}. */
    Picture crop(int left, int top, int w, int h) {
        if (left == 0 && top == 0 && w == width && h == height) {
            return this;
        }
        byte[] part = new byte[w * h * channels];
        for (int y = 0; y < h; y++) {
            int from = ((top + y) * width + left) * channels;
            System.arraycopy(samples, from, part, y * w * channels, w * channels);
        }
        return new Picture(w, h, channels, part);
    }
}
