package dev.octavo.tasks.post;

import dev.octavo.tasks.image.LabelMap;
import java.util.Arrays;

/**
 * Class scores per pixel.
 *
 * @param scores {@code [classes, height, width]}
 */
@SuppressWarnings("ArrayRecordComponent") // Passed along, never compared.
record ScoreMap(float[] scores, int classes, int height, int width) {
    /**
     * The class with the highest bilinear score at each crossing of two axes. Rows are blended first, once per row of
     * the result; then class by class along the row.
     */
    LabelMap argmax(Axis x, Axis y) {
        int w = x.low().length;
        int h = y.low().length;
        byte[] labels = new byte[Math.multiplyExact(w, h)];
        float[] blended = new float[width];
        float[] best = new float[w];
        for (int row = 0; row < h; row++) {
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            for (int k = 0; k < classes; k++) {
                blend(k, y.low()[row], y.high()[row], y.fraction()[row], blended);
                compete(blended, x, (byte) k, best, labels, row * w);
            }
        }
        return new LabelMap(w, h, labels);
    }

    private void blend(int k, int low, int high, float fraction, float[] to) {
        int a = (k * height + low) * width;
        int b = (k * height + high) * width;
        for (int i = 0; i < width; i++) {
            to[i] = scores[a + i] + (scores[b + i] - scores[a + i]) * fraction;
        }
    }

    private static void compete(float[] row, Axis x, byte k, float[] best, byte[] labels, int at) {
        int[] low = x.low();
        int[] high = x.high();
        float[] fraction = x.fraction();
        for (int i = 0; i < low.length; i++) {
            float from = row[low[i]];
            float score = from + (row[high[i]] - from) * fraction[i];
            if (score > best[i]) {
                best[i] = score;
                labels[at + i] = k;
            }
        }
    }
}
