package dev.octavo.core.stat;

import dev.octavo.core.tensor.Shape;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sums up one value sample by sample. Reads each sample once from memory, in chunks that stay in the
 * first-level cache. Not safe for several threads: one collector each, then merge.
 */
public final class ValueCollector {
    private final HistogramBuilder histogram = new HistogramBuilder();
    private final List<Axis> axes = new ArrayList<>();
    private final int[] bits = new int[HistogramBuilder.CHUNK];
    private Extremes extremes = Extremes.NONE;

    /** A collector of the histogram and of per-channel statistics along these axes. */
    public ValueCollector(Set<Integer> channelAxes) {
        channelAxes.forEach(a -> axes.add(new Axis(a)));
    }

    /**
     * Adds one sample's values.
     *
     * @param shape its shape
     * @param values its elements, row-major, from position to limit
     * @return false when an element is NaN or infinite; the collector must then be thrown away
     */
    public boolean add(Shape shape, IntBuffer values) {
        int low = Integer.MAX_VALUE;
        int high = Integer.MIN_VALUE;
        axes.forEach(a -> a.begin(shape));
        long at = 0;
        while (values.hasRemaining()) {
            int n = chunk(values.remaining(), at);
            values.get(bits, 0, n);
            int l = Integer.MAX_VALUE;
            int h = Integer.MIN_VALUE;
            for (int i = 0; i < n; i++) {
                int k = HistogramBuilder.key(bits[i]);
                l = Math.min(l, k);
                h = Math.max(h, k);
            }
            if (!histogram.addBits(bits, n, l, h)) {
                return false;
            }
            for (Axis a : axes) {
                a.take(bits, n, at, l, h);
            }
            low = Math.min(low, l);
            high = Math.max(high, h);
            at += n;
        }
        if (at > 0) {
            axes.forEach(Axis::end);
            extremes = extremes.merge(Extremes.of(value(low), value(high)));
        }
        return true;
    }

    /** As {@link #add(Shape, IntBuffer)} for floats given as an array. */
    public boolean add(Shape shape, float... values) {
        int[] raw = new int[values.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Float.floatToRawIntBits(values[i]);
        }
        return add(shape, IntBuffer.wrap(raw));
    }

    /* Chunks end at channel borders where planes are large, so that a chunk has one channel. */
    private int chunk(int remaining, long at) {
        int n = Math.min(bits.length, remaining);
        for (Axis a : axes) {
            if (a.inner >= 64) {
                n = (int) Math.min(n, a.inner - at % a.inner);
            }
        }
        return n;
    }

    private static float value(int key) {
        return Float.intBitsToFloat(HistogramBuilder.key(key));
    }

    /** What all samples so far amount to. */
    public ValueEvidence build() {
        TreeMap<Integer, ChannelStats> channels = new TreeMap<>();
        for (Axis a : axes) {
            ChannelStats s = a.build();
            if (s != null) {
                channels.put(a.axis, s);
            }
        }
        return new ValueEvidence(histogram.build(), extremes, channels);
    }

    /** Per-channel state along one axis; {@code inner} is the number of elements per channel run. */
    private static final class Axis {
        private final int axis;
        private long inner = Long.MAX_VALUE;
        private int[] low = new int[0];
        private int[] high = new int[0];
        private double[] sample = new double[0]; // sums of the current sample, in a fixed order
        private @Nullable ExactSums sums;
        private long perChannel;
        private long perSample;

        Axis(int axis) {
            this.axis = axis;
        }

        void begin(Shape shape) {
            int a = axis < 0 ? axis + shape.rank() : axis;
            int channels = Math.toIntExact(shape.dim(a));
            inner = 1;
            for (int i = a + 1; i < shape.rank(); i++) {
                inner *= shape.dim(i);
            }
            if (sums == null) {
                sums = new ExactSums(channels);
                low = new int[channels];
                high = new int[channels];
                Arrays.fill(low, Integer.MAX_VALUE);
                Arrays.fill(high, Integer.MIN_VALUE);
                sample = new double[channels];
            } else if (channels != sample.length) {
                throw new IllegalArgumentException(
                        "axis " + axis + " had " + sample.length + " channels, now has " + channels);
            }
            Arrays.fill(sample, 0);
            perSample = channels == 0 ? 0 : shape.elements() / channels;
        }

        void take(int[] bits, int n, long at, int l, int h) {
            int channels = sample.length;
            if (inner >= 64) {
                int c = (int) (at / inner % channels);
                low[c] = Math.min(low[c], l);
                high[c] = Math.max(high[c], h);
                sample[c] += sum(bits, n);
            } else if (inner == 1) {
                takeInterleaved(bits, n, (int) (at % channels));
            } else {
                for (int i = 0; i < n; i++) {
                    takeOne((int) ((at + i) / inner % channels), bits[i]);
                }
            }
        }

        private void takeInterleaved(int[] bits, int n, int first) {
            int c = first;
            for (int i = 0; i < n; ) {
                int run = Math.min(n - i, sample.length - c);
                for (int j = 0; j < run; j++) {
                    int k = HistogramBuilder.key(bits[i + j]);
                    low[c + j] = Math.min(low[c + j], k);
                    high[c + j] = Math.max(high[c + j], k);
                    sample[c + j] += Float.intBitsToFloat(bits[i + j]);
                }
                i += run;
                c = 0;
            }
        }

        private void takeOne(int c, int raw) {
            int k = HistogramBuilder.key(raw);
            low[c] = Math.min(low[c], k);
            high[c] = Math.max(high[c], k);
            sample[c] += Float.intBitsToFloat(raw);
        }

        /* Eight partial sums hide the latency of addition; the order is fixed, so the result is too. */
        private static double sum(int[] bits, int n) {
            double a = 0;
            double b = 0;
            double c = 0;
            double d = 0;
            int i = 0;
            for (; i + 3 < n; i += 4) {
                a += Float.intBitsToFloat(bits[i]);
                b += Float.intBitsToFloat(bits[i + 1]);
                c += Float.intBitsToFloat(bits[i + 2]);
                d += Float.intBitsToFloat(bits[i + 3]);
            }
            for (; i < n; i++) {
                a += Float.intBitsToFloat(bits[i]);
            }
            return (a + b) + (c + d);
        }

        void end() {
            for (int c = 0; c < sample.length; c++) {
                java.util.Objects.requireNonNull(sums).add(c, sample[c]);
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
                min[c] = value(low[c]);
                max[c] = value(high[c]);
            }
            return new ChannelStats(axis, min, max, sums.copy(), perChannel);
        }
    }
}
