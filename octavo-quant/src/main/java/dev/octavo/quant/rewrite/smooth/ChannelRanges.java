package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ChannelStats;

/**
 * The range of each channel of a tensor.
 *
 * @param low smallest values
 * @param high largest values
 */
record ChannelRanges(float[] low, float[] high) {
    static ChannelRanges of(ChannelStats seen) {
        float[] low = new float[seen.channels()];
        float[] high = new float[seen.channels()];
        for (int c = 0; c < low.length; c++) {
            low[c] = seen.min(c);
            high[c] = seen.max(c);
        }
        return new ChannelRanges(low, high);
    }

    /** The largest magnitude of each channel. */
    float[] maxima() {
        float[] max = new float[low.length];
        for (int c = 0; c < max.length; c++) {
            max[c] = Math.max(Math.abs(low[c]), Math.abs(high[c]));
        }
        return max;
    }

    /** The range of all channels together once each is divided by its factor. */
    Range smoothed(double[] s) {
        double least = 0;
        double most = 0;
        for (int c = 0; c < s.length; c++) {
            least = Math.min(least, low[c] / s[c]);
            most = Math.max(most, high[c] / s[c]);
        }
        return new Range(least, most);
    }

    /** As if everything had been so many times as large. */
    ChannelRanges times(double factor) {
        float[] l = low.clone();
        float[] h = high.clone();
        for (int c = 0; c < l.length; c++) {
            l[c] = (float) (l[c] * factor);
            h[c] = (float) (h[c] * factor);
        }
        return new ChannelRanges(l, h);
    }
}
