package dev.octavo.tasks.image;

/**
 * Where a picture lies in the tensor that was made of it. The picture, resized to {@code scaledWidth × scaledHeight},
 * has its upper left corner at {@code (left, top)} of the tensor: above 0 where it was padded, below 0 where it was
 * cropped.
 *
 * <pre>
 *   x in the tensor = x in the picture · scaledWidth / width + left          (edges, not centres, of pixels)
 * </pre>
 *
 * @param width pixels per row of the picture
 * @param height rows of the picture
 * @param scaledWidth pixels per row after resizing
 * @param scaledHeight rows after resizing
 * @param left pixels of the tensor left of it; negative if so many of it were cut off
 * @param top rows of the tensor above it; negative if so many of it were cut off
 * @param canvasWidth pixels per row of the tensor
 * @param canvasHeight rows of the tensor
 */
public record Placement(
        int width,
        int height,
        int scaledWidth,
        int scaledHeight,
        int left,
        int top,
        int canvasWidth,
        int canvasHeight) {
    public Placement {
        if (Math.min(Math.min(width, height), Math.min(scaledWidth, scaledHeight)) < 1
                || Math.min(canvasWidth, canvasHeight) < 1) {
            throw new IllegalArgumentException("a picture and its tensor have pixels, got " + width + "x" + height
                    + ", " + scaledWidth + "x" + scaledHeight + ", " + canvasWidth + "x" + canvasHeight);
        }
    }

    /** A picture that is the tensor, pixel by pixel. */
    public static Placement same(int width, int height) {
        return new Placement(width, height, width, height, 0, 0, width, height);
    }

    /** The picture's x of a tensor's x, in pixels, edges at whole numbers. */
    public double pictureX(double canvasX) {
        return (canvasX - left) * width / scaledWidth;
    }

    /** The picture's y of a tensor's y, in pixels, edges at whole numbers. */
    public double pictureY(double canvasY) {
        return (canvasY - top) * height / scaledHeight;
    }

    /** The tensor's x of a picture's x, in pixels, edges at whole numbers. */
    public double canvasX(double pictureX) {
        return pictureX * scaledWidth / width + left;
    }

    /** The tensor's y of a picture's y, in pixels, edges at whole numbers. */
    public double canvasY(double pictureY) {
        return pictureY * scaledHeight / height + top;
    }
}
