package dev.octavo.tasks.image;

/**
 * Resizes pictures to exactly the bytes that OpenCV's {@code cv2.resize(…, interpolation=INTER_LINEAR)} gives: two by
 * two neighbours, pixel centres at halves, no widening of the filter when it shrinks. Many detectors were trained so.
 */
final class LinearResampler {
    /*
     * [1] OpenCV 4, modules/imgproc/src/resize.cpp (the arithmetic is described here, not copied).
     *
     * Invariants
     * 1. Weights are floats fixed to 11 fractional bits, halves to even.
     * 2. Along a row: an int of 19 bits, exact. Beyond the first and last pixel the weight goes to that pixel.
     * 3. Down a column: each of the two rows loses 4 bits, is weighted and loses 16 bits; their sum plus 2 loses 2.
     * 4. A picture of exactly twice the size is averaged over 2 x 2 instead, as OpenCV does.
     */
    private static final int ONE = 1 << 11;

    /** Output i lies between the samples low[i] and high[i], with these weights in 1/2048. */
    @SuppressWarnings("ArrayRecordComponent") // Passed along, never compared.
    private record Taps(int[] low, int[] high, int[] lowWeight, int[] highWeight) {}

    private LinearResampler() {}

    /** The picture at {@code width × height} pixels; itself when it has that size. */
    static Picture resize(Picture from, int width, int height) {
        if (width == from.width() && height == from.height()) {
            return from;
        }
        if (from.width() == 2 * width && from.height() == 2 * height) {
            return halved(from, width, height);
        }
        Taps across = taps(from.width(), width, true);
        Taps down = taps(from.height(), height, false);
        int row = width * from.channels();
        byte[] out = new byte[Math.multiplyExact(row, height)];
        int[][] rows = {new int[row], new int[row]};
        int[] held = {-1, -1};
        for (int y = 0; y < height; y++) {
            int low = down.low[y];
            int high = down.high[y];
            if (held[1] == low && held[0] != low) {
                int[] swap = rows[0];
                rows[0] = rows[1];
                rows[1] = swap;
                held[1] = held[0];
                held[0] = low;
            }
            fill(rows, held, 0, low, from, across);
            fill(rows, held, 1, high, from, across);
            column(rows, down.lowWeight[y], down.highWeight[y], out, y * row);
        }
        return new Picture(width, height, from.channels(), out);
    }

    private static void fill(int[][] rows, int[] held, int which, int y, Picture from, Taps across) {
        if (held[which] == y) {
            return;
        }
        held[which] = y;
        int[] to = rows[which];
        byte[] in = from.samples();
        int channels = from.channels();
        int start = y * from.width() * channels;
        if (channels == 3) {
            colour(in, start, across, to);
            return;
        }
        int at = 0;
        for (int x = 0; x < across.low.length; x++) {
            int low = start + across.low[x] * channels;
            int high = start + across.high[x] * channels;
            int a = across.lowWeight[x];
            int b = across.highWeight[x];
            for (int c = 0; c < channels; c++) {
                to[at++] = (in[low + c] & 0xff) * a + (in[high + c] & 0xff) * b;
            }
        }
    }

    /** The same for three channels, without a loop over them: twice as fast. */
    private static void colour(byte[] in, int start, Taps across, int[] to) {
        int[] lows = across.low;
        int[] highs = across.high;
        int[] as = across.lowWeight;
        int[] bs = across.highWeight;
        int at = 0;
        for (int x = 0; x < lows.length; x++) {
            int low = start + lows[x] * 3;
            int high = start + highs[x] * 3;
            int a = as[x];
            int b = bs[x];
            to[at] = (in[low] & 0xff) * a + (in[high] & 0xff) * b;
            to[at + 1] = (in[low + 1] & 0xff) * a + (in[high + 1] & 0xff) * b;
            to[at + 2] = (in[low + 2] & 0xff) * a + (in[high + 2] & 0xff) * b;
            at += 3;
        }
    }

    private static void column(int[][] rows, int a, int b, byte[] out, int to) {
        int[] low = rows[0];
        int[] high = rows[1];
        for (int i = 0; i < low.length; i++) {
            out[to + i] = (byte) (((((low[i] >> 4) * a) >> 16) + (((high[i] >> 4) * b) >> 16) + 2) >> 2);
        }
    }

    private static Taps taps(int in, int out, boolean stopAtEnds) {
        Taps t = new Taps(new int[out], new int[out], new int[out], new int[out]);
        // OpenCV takes the reciprocal of the reciprocal, which decides some last bits.
        double scale = 1 / ((double) out / in);
        for (int i = 0; i < out; i++) {
            float at = (float) ((i + 0.5) * scale - 0.5);
            int low = (int) Math.floor(at);
            float fraction = at - low;
            if (stopAtEnds && (low < 0 || low >= in - 1)) {
                low = low < 0 ? 0 : in - 1;
                fraction = 0;
            }
            t.low[i] = Math.max(0, Math.min(in - 1, low));
            t.high[i] = Math.max(0, Math.min(in - 1, low + 1));
            t.lowWeight[i] = (int) Math.rint((1 - fraction) * ONE);
            t.highWeight[i] = (int) Math.rint(fraction * ONE);
        }
        return t;
    }

    private static Picture halved(Picture from, int width, int height) {
        int channels = from.channels();
        int row = from.width() * channels;
        byte[] in = from.samples();
        byte[] out = new byte[Math.multiplyExact(width * channels, height)];
        int to = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = 2 * y * row + 2 * x * channels;
                for (int c = 0; c < channels; c++, at++) {
                    int sum = (in[at] & 0xff)
                            + (in[at + channels] & 0xff)
                            + (in[at + row] & 0xff)
                            + (in[at + row + channels] & 0xff);
                    out[to++] = (byte) ((sum + 2) >> 2);
                }
            }
        }
        return new Picture(width, height, channels, out);
    }
}
