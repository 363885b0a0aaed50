package dev.octavo.tasks.image;

import java.util.Arrays;

/**
 * Resizes pictures to exactly the bytes that Pillow's {@code Image.resize} gives.
 *
 * <p>Other libraries' "bilinear" differs from it by several grey levels on average, because they do
 * not widen the filter when they shrink (no antialiasing); networks lose accuracy by that alone.
 */
final class Resampler {
    /*
     * [1] Pillow, src/libImaging/Resample.c (the arithmetic is described here, not copied).
     *
     * Invariants
     * 1. Rows first, then columns; between the two the picture is rounded to 8 bits.
     * 2. An axis whose length does not change is not filtered at all.
     * 3. Weights are computed and normalized in double, then fixed to 22 fractional bits, halves away
     *    from zero: 8 bits of sample and 2 bits of overshoot leave 32 - 8 - 2.
     * 4. The accumulator starts at one half; the result is shifted down and clipped to 0..255.
     */
    private static final int FRACTION_BITS = 32 - 8 - 2;

    /** The weights of one axis: output i reads {@code count[i]} samples from {@code first[i]} on. */
    @SuppressWarnings("ArrayRecordComponent") // Passed along, never compared.
    private record Taps(int[] first, int[] count, int[] weights, int stride) {}

    private Resampler() {}

    /** The picture at {@code width × height} pixels; itself when it has that size. */
    static Picture resize(Picture from, int width, int height, ResizeFilter filter) {
        if (width == from.width() && height == from.height()) {
            return from;
        }
        if (filter == ResizeFilter.NEAREST) {
            return nearest(from, width, height);
        }
        if (filter == ResizeFilter.LINEAR) {
            return LinearResampler.resize(from, width, height);
        }
        Picture rows = width == from.width() ? from : horizontally(from, width, filter);
        return height == from.height() ? rows : vertically(rows, height, filter);
    }

    private static Picture horizontally(Picture from, int width, ResizeFilter filter) {
        Taps taps = taps(from.width(), width, filter);
        int channels = from.channels();
        int rowIn = from.width() * channels;
        byte[] in = from.samples();
        byte[] out = new byte[Math.multiplyExact(width * channels, from.height())];
        int to = 0;
        for (int y = 0; y < from.height(); y++) {
            for (int x = 0; x < width; x++) {
                int at = y * rowIn + taps.first[x] * channels;
                for (int c = 0; c < channels; c++) {
                    out[to++] = weighted(in, at + c, channels, taps, x);
                }
            }
        }
        return new Picture(width, from.height(), channels, out);
    }

    private static byte weighted(byte[] in, int from, int step, Taps taps, int output) {
        int sum = 1 << (FRACTION_BITS - 1);
        int w = output * taps.stride;
        int at = from;
        for (int k = taps.count[output]; k > 0; k--, at += step) {
            sum += (in[at] & 0xff) * taps.weights[w++];
        }
        return clipped(sum);
    }

    /** Whole rows at a time: the inner loop runs along the row, where the memory does. */
    private static Picture vertically(Picture from, int height, ResizeFilter filter) {
        Taps taps = taps(from.height(), height, filter);
        int row = from.width() * from.channels();
        byte[] in = from.samples();
        byte[] out = new byte[Math.multiplyExact(row, height)];
        int[] sums = new int[row];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 1 << (FRACTION_BITS - 1));
            for (int k = 0; k < taps.count[y]; k++) {
                int weight = taps.weights[y * taps.stride + k];
                int at = (taps.first[y] + k) * row;
                for (int i = 0; i < row; i++) {
                    sums[i] += (in[at + i] & 0xff) * weight;
                }
            }
            for (int i = 0; i < row; i++) {
                out[y * row + i] = clipped(sums[i]);
            }
        }
        return new Picture(from.width(), height, from.channels(), out);
    }

    private static byte clipped(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
    }

    private static Taps taps(int in, int out, ResizeFilter filter) {
        double scale = (double) in / out;
        // Shrinking widens the filter so that every source pixel is heard; enlarging does not narrow
        // it.
        double widening = Math.max(scale, 1);
        double support = filter.support() * widening;
        int stride = (int) Math.ceil(support) * 2 + 1;
        int[] first = new int[out];
        int[] count = new int[out];
        int[] weights = new int[Math.multiplyExact(out, stride)];
        double[] exact = new double[stride];
        double perPixel = 1 / widening;
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * scale;
            int from = Math.max(0, (int) (centre - support + 0.5));
            int n = Math.min(in, (int) (centre + support + 0.5)) - from;
            double total = 0;
            for (int k = 0; k < n; k++) {
                exact[k] = filter.weight((k + from - centre + 0.5) * perPixel);
                total += exact[k];
            }
            first[i] = from;
            count[i] = n;
            for (int k = 0; k < n; k++) {
                double w = (total != 0 ? exact[k] / total : exact[k]) * (1 << FRACTION_BITS);
                weights[i * stride + k] = (int) (w < 0 ? w - 0.5 : w + 0.5);
            }
        }
        return new Taps(first, count, weights, stride);
    }

    private static Picture nearest(Picture from, int width, int height) {
        int[] xs = centres(from.width(), width);
        int[] ys = centres(from.height(), height);
        int channels = from.channels();
        byte[] in = from.samples();
        byte[] out = new byte[Math.multiplyExact(width * channels, height)];
        int to = 0;
        for (int y : ys) {
            for (int x : xs) {
                int at = (y * from.width() + x) * channels;
                for (int c = 0; c < channels; c++) {
                    out[to++] = in[at + c];
                }
            }
        }
        return new Picture(width, height, channels, out);
    }

    /** Adds up the step instead of multiplying, since Pillow does and the last bits decide ties. */
    private static int[] centres(int in, int out) {
        int[] at = new int[out];
        double step = (double) in / out;
        double x = step * 0.5;
        for (int i = 0; i < out; i++) {
            at[i] = Math.min(in - 1, (int) x);
            x += step;
        }
        return at;
    }
}
