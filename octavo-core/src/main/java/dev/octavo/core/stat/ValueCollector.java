package dev.octavo.core.stat;

import dev.octavo.core.tensor.Shape;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Sums up one value sample by sample. Reads each sample once from memory, in chunks that stay in the first-level
 * cache. Not safe for several threads: one collector each, then merge.
 */
public final class ValueCollector {
    private static final int RESERVE_STRIDE = 15; // odd: no multiple of the usual numbers of columns or channels

    private final HistogramBuilder histogram = new HistogramBuilder();
    private final List<ChannelAxis> axes;
    private final int[] bits;
    private Extremes extremes = Extremes.NONE;

    /** A collector of the histogram and of per-channel statistics along these axes. */
    public ValueCollector(Set<Integer> channelAxes) {
        this(channelAxes, scratch());
    }

    /**
     * A collector that borrows its scratch space.
     *
     * @param scratch from {@link #scratch}; may serve all the collectors of one thread
     */
    public ValueCollector(Set<Integer> channelAxes, int[] scratch) {
        this.axes = new TreeSet<>(channelAxes).stream().map(ChannelAxis::new).toList();
        this.bits = scratch;
    }

    /** Scratch space for {@link #ValueCollector(Set, int[])}. */
    public static int[] scratch() {
        return new int[HistogramBuilder.CHUNK];
    }

    /**
     * Adds one sample's values.
     *
     * @param shape its shape
     * @param values its elements, row-major, from position to limit
     * @return false when an element is NaN or infinite; the collector must then be thrown away
     */
    public boolean add(Shape shape, IntBuffer values) {
        if (shape.elements() != values.remaining()) {
            throw new IllegalArgumentException(
                    "the shape " + shape + " has " + shape.elements() + " elements, got " + values.remaining());
        }
        axes.forEach(a -> a.begin(shape));
        if (!values.hasRemaining()) {
            return true;
        }
        ChannelAxis leading =
                axes.stream().filter(ChannelAxis::isPlanar).findFirst().orElse(null);
        if (histogram.isEmpty() && !reserve(values)) {
            return false;
        }
        histogram.beginSample();
        long at = 0;
        while (values.hasRemaining()) {
            int n = Math.min(bits.length, values.remaining());
            values.get(bits, 0, n);
            if (!count(leading, n, at)) {
                return false;
            }
            at += n;
        }
        axes.forEach(ChannelAxis::end);
        float least = FloatBits.value(histogram.sampleLow());
        float greatest = FloatBits.value(histogram.sampleHigh());
        extremes = extremes.merge(Extremes.of(least, greatest));
        return true;
    }

    /* Few of the first sample's values tell about how wide the histogram has to be; false when one is not finite. */
    private boolean reserve(IntBuffer values) {
        int low = values.get(values.position());
        int high = low;
        for (int i = values.position(); i < values.limit(); i += RESERVE_STRIDE) {
            int v = values.get(i);
            low = FloatBits.key(v) < FloatBits.key(low) ? v : low;
            high = FloatBits.key(v) > FloatBits.key(high) ? v : high;
        }
        return histogram.reserve(low) && histogram.reserve(high);
    }

    /* The leading axis shares the histogram's pass over the chunk; the others make their own. */
    private boolean count(@Nullable ChannelAxis leading, int n, long at) {
        boolean finite;
        if (leading == null) {
            histogram.beginRun(FloatBits.NONE_LOW, FloatBits.NONE_HIGH);
            finite = histogram.run(bits, 0, n);
        } else {
            finite = leading.count(histogram, bits, n, at);
        }
        histogram.endChunk(bits, n);
        if (finite) {
            for (ChannelAxis a : axes) {
                if (a != leading) {
                    a.take(bits, n, at);
                }
            }
        }
        return finite;
    }

    /** As {@link #add(Shape, IntBuffer)} for floats given as an array. */
    public boolean add(Shape shape, float... values) {
        int[] raw = new int[values.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Float.floatToRawIntBits(values[i]);
        }
        return add(shape, IntBuffer.wrap(raw));
    }

    /** What all samples so far amount to. */
    public ValueEvidence build() {
        TreeMap<Integer, ChannelStats> channels = new TreeMap<>();
        for (ChannelAxis a : axes) {
            ChannelStats s = a.build();
            if (s != null) {
                channels.put(a.axis(), s);
            }
        }
        return new ValueEvidence(histogram.build(), extremes, channels);
    }
}
