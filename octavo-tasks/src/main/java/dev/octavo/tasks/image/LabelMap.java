package dev.octavo.tasks.image;

/**
 * One class per pixel.
 *
 * @param width pixels per row, at least 1
 * @param height rows, at least 1
 * @param labels {@code [height, width]}, unsigned; not copied, so it must not change
 */
@SuppressWarnings("ArrayRecordComponent") // Pixels are passed along, never compared.
public record LabelMap(int width, int height, byte[] labels) {
    public LabelMap {
        if (width < 1 || height < 1 || labels.length != (long) width * height) {
            throw new IllegalArgumentException(
                    width + "x" + height + " labels expected, at least one, got " + labels.length);
        }
    }

    /** The label of a pixel, 0 to 255. */
    public int at(int x, int y) {
        return labels[y * width + x] & 0xff;
    }
}
