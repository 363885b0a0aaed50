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
 *   channels (gray or colour) -> resize -> centre crop -> pad -> (pixel·scale - mean) / std -> order, layout
 * </pre>
 *
 * @param resize the size before cropping; none leaves pictures as large as they are
 * @param crop the centre that is kept, at {@code left = (W-w)/2}, {@code top = (H-h)/2}, rounded
 *     down; none keeps everything
 * @param pad the canvas it is put on; none makes tensors as large as what was kept
 * @param normalize from 0..255 to real values
 * @param channels 1 (gray) or 3 (colour) in the tensor; a gray picture fills all three alike
 * @param order of the channels in the tensor
 * @param layout of the axes of the tensor
 */
public record Preprocess(
        Optional<Resize> resize,
        Optional<Resize.Exact> crop,
        Optional<Pad> pad,
        Normalize normalize,
        int channels,
        ChannelOrder order,
        Layout layout) {
    /** Pixels 0..255 as they are, red first, {@code [1, 3, H, W]}. */
    public static final Preprocess NONE =
            new Preprocess(Optional.empty(), Optional.empty(), Normalize.NONE, 3, ChannelOrder.RGB, Layout.NCHW);

    /** A tensor and where in it the picture lies. */
    public record Placed(Tensor tensor, Placement placement) {}

    public Preprocess {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels is 1 (gray) or 3 (colour), got " + channels);
        }
        for (List<Float> perChannel :
                List.of(normalize.mean(), normalize.std(), pad.map(Pad::value).orElse(List.of(0f)))) {
            if (perChannel.size() != 1 && perChannel.size() != channels) {
                throw new IllegalArgumentException("mean, std and pad-value take one number or " + channels
                        + " (one per channel), got " + perChannel.size());
            }
        }
    }

    /** Without padding. */
    public Preprocess(
            Optional<Resize> resize,
            Optional<Resize.Exact> crop,
            Normalize normalize,
            int channels,
            ChannelOrder order,
            Layout layout) {
        this(resize, crop, Optional.empty(), normalize, channels, order, layout);
    }

    /** The same with a resize of the shorter side to {@code pixels}, bilinear. */
    public Preprocess resizeShorter(int pixels) {
        Resize step = new Resize(new Resize.Shorter(pixels), ResizeFilter.BILINEAR);
        return new Preprocess(Optional.of(step), crop, pad, normalize, channels, order, layout);
    }

    /** The same with this resize. */
    public Preprocess resize(Resize step) {
        return new Preprocess(Optional.of(step), crop, pad, normalize, channels, order, layout);
    }

    /** The same with the centre of {@code height × width} pixels kept. */
    public Preprocess centerCrop(int height, int width) {
        Resize.Exact size = new Resize.Exact(height, width);
        return new Preprocess(resize, Optional.of(size), pad, normalize, channels, order, layout);
    }

    /** The same with these numbers. */
    public Preprocess normalize(Normalize numbers) {
        return new Preprocess(resize, crop, pad, numbers, channels, order, layout);
    }

    /** The same for gray pictures; refused while mean or std have three numbers. */
    public Preprocess gray() {
        return new Preprocess(resize, crop, pad, normalize, 1, order, layout);
    }

    /** The same with this order of the channels. */
    public Preprocess order(ChannelOrder other) {
        return new Preprocess(resize, crop, pad, normalize, channels, other, layout);
    }

    /** The same with this order of the axes. */
    public Preprocess layout(Layout other) {
        return new Preprocess(resize, crop, pad, normalize, channels, order, other);
    }

    /** The same, put on this canvas. */
    public Preprocess pad(Pad canvas) {
        return new Preprocess(resize, crop, Optional.of(canvas), normalize, channels, order, layout);
    }

    /**
     * Runs the steps.
     *
     * @param name what to call the picture in a message
     * @return FLOAT, {@code [1, C, H, W]} or {@code [1, H, W, C]}
     * @throws UnreadableSampleException when the picture is smaller than the crop or larger than the canvas, or so
     *     narrow that the resize would give more than 100 million pixels
     */
    public Tensor apply(Picture picture, String name) throws UnreadableSampleException {
        return place(picture, name).tensor();
    }

    /** Runs the steps as {@link #apply} does, and says where the picture went. */
    public Placed place(Picture picture, String name) throws UnreadableSampleException {
        Picture p = channels == 1 ? picture.gray() : picture;
        if (resize.isPresent()) {
            p = resize.get().apply(p, name);
        }
        int scaledWidth = p.width();
        int scaledHeight = p.height();
        int left = 0;
        int top = 0;
        if (crop.isPresent()) {
            p = cropped(p, crop.get(), name);
            left = -((scaledWidth - p.width()) / 2);
            top = -((scaledHeight - p.height()) / 2);
        }
        Resize.Exact canvas = new Resize.Exact(p.height(), p.width());
        if (pad.isPresent()) {
            canvas = pad.get().size();
            left += pad.get().left(p.width());
            top += pad.get().top(p.height());
        }
        Placement placement = new Placement(
                picture.width(),
                picture.height(),
                scaledWidth,
                scaledHeight,
                left,
                top,
                canvas.width(),
                canvas.height());
        return new Placed(tensor(p, canvas, name), placement);
    }

    private Tensor tensor(Picture p, Resize.Exact canvas, String name) throws UnreadableSampleException {
        int h = canvas.height();
        int w = canvas.width();
        if (p.width() > w || p.height() > h) {
            throw new UnreadableSampleException(
                    name,
                    "it has " + p.width() + "x" + p.height() + " pixels, more than its canvas of " + w + "x" + h
                            + " (declare resize-within or letterbox)",
                    null);
        }
        boolean planes = layout == Layout.NCHW;
        float[] out = new float[Math.multiplyExact(Math.multiplyExact(w, h), channels)];
        for (int c = 0; c < channels; c++) {
            float[] table = normalize.table(c);
            int from = planes ? c * w * h : c;
            int step = planes ? 1 : channels;
            if (pad.isPresent()) {
                float around = normalize.real(c, pad.get().value());
                for (int at = from, n = w * h; n > 0; n--, at += step) {
                    out[at] = around;
                }
            }
            int corner = pad.map(q -> q.top(p.height()) * w + q.left(p.width())).orElse(0);
            int source = source(c, p.channels());
            for (int y = 0; y < p.height(); y++) {
                row(p, y, source, table, out, from + (corner + y * w) * step, step);
            }
        }
        Shape shape = planes ? Shape.of(1, channels, h, w) : Shape.of(1, h, w, channels);
        return Tensor.ofFloats(shape, out);
    }

    private static void row(Picture p, int y, int source, float[] table, float[] out, int to, int step) {
        byte[] in = p.samples();
        int channels = p.channels();
        int at = y * p.width() * channels + source;
        int target = to;
        for (int n = p.width(); n > 0; n--, at += channels, target += step) {
            out[target] = table[in[at] & 0xff];
        }
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
        String canvas = pad.map(q -> q + ", ").orElse("");
        return size + centre + canvas + normalize + ", " + kind + " " + layout;
    }
}
