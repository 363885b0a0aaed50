package dev.octavo.core.stat;

import dev.octavo.core.tensor.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Per-channel state along one axis. Values arrive in row-major order, so the flat index {@code at} belongs to channel
 * {@code at / inner % channels}.
 */
final class ChannelAxis {
    private final int axis;
    private long inner = 1; // elements in a row that belong to one channel
    private int[] low = new int[0]; // keys
    private int[] high = new int[0];
    private double[] sample = new double[0]; // sums of the current sample, in an order fixed by the shape
    private @Nullable ExactSums sums;
    private long perChannel;
    private long perSample;

    ChannelAxis(int axis) {
        this.axis = axis;
    }

    int axis() {
        return axis;
    }

    /** Whether each channel's values lie together in runs. */
    boolean isPlanar() {
        return inner > 1;
    }

    void begin(Shape shape) {
        int a = axis < 0 ? axis + shape.rank() : axis;
        if (a < 0 || a >= shape.rank()) {
            throw new IllegalArgumentException("the shape " + shape + " has no axis " + axis);
        }
        int channels = Math.toIntExact(shape.dim(a));
        inner = 1;
        for (int i = a + 1; i < shape.rank(); i++) {
            inner *= shape.dim(i);
        }
        if (sums == null) {
            sums = new ExactSums(channels);
            low = new int[channels];
            high = new int[channels];
            Arrays.fill(low, FloatBits.NONE_LOW);
            Arrays.fill(high, FloatBits.NONE_HIGH);
            sample = new double[channels];
        } else if (channels != sample.length) {
            throw new IllegalArgumentException(
                    "axis " + axis + " had " + sample.length + " channels, now has " + channels);
        }
        Arrays.fill(sample, 0);
        perSample = channels == 0 ? 0 : shape.elements() / channels;
    }

    /** Sends a chunk through the histogram run by run, and keeps what the runs amount to. */
    boolean count(HistogramBuilder histogram, int[] bits, int n, long at) {
        int c = (int) (at / inner % sample.length);
        int end = (int) Math.min(n, inner - at % inner);
        for (int from = 0; from < n; ) {
            histogram.beginRun(low[c], high[c]);
            if (!histogram.run(bits, from, end)) {
                return false;
            }
            low[c] = histogram.runLow();
            high[c] = histogram.runHigh();
            sample[c] += histogram.runSum();
            from = end;
            end = (int) Math.min(n, end + inner);
            c = c + 1 == sample.length ? 0 : c + 1;
        }
        return true;
    }

    /** Takes a chunk that is counted elsewhere. */
    void take(int[] bits, int n, long at) {
        int c = (int) (at / inner % sample.length);
        long left = inner - at % inner;
        for (int i = 0; i < n; ) {
            if (inner == 1) {
                int run = Math.min(n - i, sample.length - c);
                takeRow(bits, i, c, run);
                i += run;
                c = 0;
            } else {
                int run = (int) Math.min(n - i, left);
                takeRun(bits, i, run, c);
                i += run;
                left = inner;
                c = c + 1 == sample.length ? 0 : c + 1;
            }
        }
    }

    private void takeRow(int[] bits, int from, int firstChannel, int n) {
        for (int j = 0; j < n; j++) {
            int c = firstChannel + j;
            int raw = bits[from + j];
            int k = FloatBits.key(raw);
            if (k < low[c]) {
                low[c] = k;
            }
            if (k > high[c]) {
                high[c] = k;
            }
            sample[c] += Float.intBitsToFloat(raw);
        }
    }

    private void takeRun(int[] bits, int from, int n, int c) {
        int l = low[c];
        int h = high[c];
        double sum = 0;
        for (int i = from; i < from + n; i++) {
            int k = FloatBits.key(bits[i]);
            l = Math.min(l, k);
            h = Math.max(h, k);
            sum += Float.intBitsToFloat(bits[i]);
        }
        low[c] = l;
        high[c] = h;
        sample[c] += sum;
    }

    void end() {
        if (sums != null) {
            for (int c = 0; c < sample.length; c++) {
                sums.add(c, sample[c]);
            }
        }
        perChannel += perSample;
    }

    @Nullable
    ChannelStats build() {
        if (sums == null) {
            return null;
        }
        float[] min = new float[low.length];
        float[] max = new float[low.length];
        for (int c = 0; c < min.length; c++) {
            min[c] = FloatBits.value(low[c]);
            max[c] = FloatBits.value(high[c]);
        }
        return new ChannelStats(axis, min, max, sums.copy(), perChannel);
    }
}
