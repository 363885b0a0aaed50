package dev.octavo.tasks.image;

import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * From a decoded picture to the tensor that the network reads. The steps always run in this order:
 *
 * <pre>
 *   channels (gray or colour) -> resize -> centre crop -> (pixel·scale - mean) / std -> order, layout
 * </pre>
 *
 * @param resize the size before cropping; none leaves pictures as large as they are
 * @param crop the centre that is kept, at {@code left = (W-w)/2}, {@code top = (H-h)/2}, rounded
 *     down; none keeps everything
 * @param normalize from 0..255 to real values
 * @param channels 1 (gray) or 3 (colour) in the tensor; a gray picture fills all three alike
 * @param order of the channels in the tensor
 * @param layout of the axes of the tensor
 */
public record Preprocess(
        Optional<Resize> resize,
        Optional<Resize.Exact> crop,
        Normalize normalize,
        int channels,
        ChannelOrder order,
        Layout layout) {
    /** Pixels 0..255 as they are, red first, {@code [1, 3, H, W]}. */
    public static final Preprocess NONE =
            new Preprocess(Optional.empty(), Optional.empty(), Normalize.NONE, 3, ChannelOrder.RGB, Layout.NCHW);

    public Preprocess {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels is 1 (gray) or 3 (colour), got " + channels);
        }
        for (List<Float> perChannel : List.of(normalize.mean(), normalize.std())) {
            if (perChannel.size() != 1 && perChannel.size() != channels) {
                throw new IllegalArgumentException(
                        "mean and std take one number or " + channels + " (one per channel), got " + perChannel.size());
            }
        }
    }

    /** The same with a resize of the shorter side to {@code pixels}, bilinear. */
    public Preprocess resizeShorter(int pixels) {
        Resize step = new Resize(new Resize.Shorter(pixels), ResizeFilter.BILINEAR);
        return new Preprocess(Optional.of(step), crop, normalize, channels, order, layout);
    }

    /** The same with this resize. */
    public Preprocess resize(Resize step) {
        return new Preprocess(Optional.of(step), crop, normalize, channels, order, layout);
    }

    /** The same with the centre of {@code height × width} pixels kept. */
    public Preprocess centerCrop(int height, int width) {
        Resize.Exact size = new Resize.Exact(height, width);
        return new Preprocess(resize, Optional.of(size), normalize, channels, order, layout);
    }

    /** The same with these numbers. */
    public Preprocess normalize(Normalize numbers) {
        return new Preprocess(resize, crop, numbers, channels, order, layout);
    }

    /** The same for gray pictures; refused while mean or std have three numbers. */
    public Preprocess gray() {
        return new Preprocess(resize, crop, normalize, 1, order, layout);
    }

    /** The same with this order of the channels. */
    public Preprocess order(ChannelOrder other) {
        return new Preprocess(resize, crop, normalize, channels, other, layout);
    }

    /** The same with this order of the axes. */
    public Preprocess layout(Layout other) {
        return new Preprocess(resize, crop, normalize, channels, order, other);
    }

    /**
     * Runs the steps.
     *
     * @param name what to call the picture in a message
     * @return FLOAT, {@code [1, C, H, W]} or {@code [1, H, W, C]}
     * @throws UnreadableSampleException when the picture is smaller than the crop, or so narrow
     *     that the resize would give more than 100 million pixels
     */
    public Tensor apply(Picture picture, String name) throws UnreadableSampleException {
        Picture p = channels == 1 ? picture.gray() : picture;
        if (resize.isPresent()) {
            p = resize.get().apply(p, name);
        }
        if (crop.isPresent()) {
            p = cropped(p, crop.get(), name);
        }
        float[] values = layout == Layout.NCHW ? planes(p) : pixels(p);
        Shape shape = layout == Layout.NCHW
                ? Shape.of(1, channels, p.height(), p.width())
                : Shape.of(1, p.height(), p.width(), channels);
        return Tensor.ofFloats(shape, values);
    }

    private static Picture cropped(Picture p, Resize.Exact size, String name) throws UnreadableSampleException {
        int w = size.width();
        int h = size.height();
        if (w > p.width() || h > p.height()) {
            throw new UnreadableSampleException(
                    name,
                    "it has "
                            + p.width()
                            + "x"
                            + p.height()
                            + " pixels, fewer than the centre crop of "
                            + w
                            + "x"
                            + h
                            + " (declare a resize before the crop)",
                    null);
        }
        return p.crop((p.width() - w) / 2, (p.height() - h) / 2, w, h);
    }

    private float[] planes(Picture p) {
        int plane = p.width() * p.height();
        int step = p.channels();
        byte[] in = p.samples();
        float[] out = new float[Math.multiplyExact(plane, channels)];
        for (int c = 0; c < channels; c++) {
            float[] table = normalize.table(c);
            int at = source(c, step);
            int to = c * plane;
            for (int end = to + plane; to < end; to++, at += step) {
                out[to] = table[in[at] & 0xff];
            }
        }
        return out;
    }

    private float[] pixels(Picture p) {
        int plane = p.width() * p.height();
        int step = p.channels();
        byte[] in = p.samples();
        float[] out = new float[Math.multiplyExact(plane, channels)];
        for (int c = 0; c < channels; c++) {
            float[] table = normalize.table(c);
            int at = source(c, step);
            for (int to = c; to < out.length; to += channels, at += step) {
                out[to] = table[in[at] & 0xff];
            }
        }
        return out;
    }

    /** Which sample of a pixel feeds channel {@code c} of the tensor. */
    private int source(int c, int samplesPerPixel) {
        if (samplesPerPixel == 1) {
            return 0;
        }
        return order == ChannelOrder.RGB ? c : 2 - c;
    }

    /** One line that changes whenever the result would; part of a data set's fingerprint. */
    @Override
    public String toString() {
        String size = resize.map(r -> r + ", ").orElse("");
        String centre = crop.map(c -> "center-crop " + c.height() + "x" + c.width() + ", ")
                .orElse("");
        String kind = channels == 1 ? "gray" : order.toString();
        return size + centre + normalize + ", " + kind + " " + layout;
    }
}
