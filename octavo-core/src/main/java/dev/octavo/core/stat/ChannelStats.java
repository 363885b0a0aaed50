package dev.octavo.core.stat;

import java.util.Arrays;

/**
 * What the channels along one axis of a value did: smallest, largest, mean, each per channel over
 * all other axes and all samples (for {@code [N, C, H, W]} and axis 1: over N, H, W).
 */
public final class ChannelStats implements Stat<ChannelStats> {
    private static final long serialVersionUID = 1L;

    private final int axis;
    private final float[] min;
    private final float[] max;
    private final ExactSums sums;
    private final long perChannel;

    /**
     * Statistics from their parts.
     *
     * @param axis the channel axis
     * @param min smallest value per channel
     * @param max largest value per channel
     * @param sums sum per channel
     * @param perChannel number of values that each channel has seen
     */
    public ChannelStats(int axis, float[] min, float[] max, ExactSums sums, long perChannel) {
        if (min.length != max.length || min.length != sums.size()) {
            throw new IllegalArgumentException("one minimum, maximum and sum per channel expected");
        }
        this.axis = axis;
        this.min = min.clone();
        this.max = max.clone();
        this.sums = sums;
        this.perChannel = perChannel;
    }

    public int axis() {
        return axis;
    }

    public int channels() {
        return min.length;
    }

    public float min(int channel) {
        return min[channel];
    }

    public float max(int channel) {
        return max[channel];
    }

    /** Largest magnitude of a channel. */
    public float maxAbs(int channel) {
        return Math.max(Math.abs(min[channel]), Math.abs(max[channel]));
    }

    /** Mean of a channel over everything seen. */
    public double mean(int channel) {
        return sums.get(channel) / perChannel;
    }

    public ExactSums sums() {
        return sums;
    }

    /** Values seen per channel. */
    public long perChannel() {
        return perChannel;
    }

    @Override
    public ChannelStats merge(ChannelStats o) {
        if (o.axis != axis || o.channels() != channels()) {
            throw new IllegalArgumentException("cannot merge " + channels() + " channels on axis " + axis + " with "
                    + o.channels() + " on axis " + o.axis);
        }
        float[] lo = new float[min.length];
        float[] hi = new float[min.length];
        for (int c = 0; c < lo.length; c++) {
            lo[c] = Math.min(min[c], o.min[c]);
            hi[c] = Math.max(max[c], o.max[c]);
        }
        return new ChannelStats(axis, lo, hi, sums.merge(o.sums), perChannel + o.perChannel);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChannelStats o
                && axis == o.axis
                && perChannel == o.perChannel
                && Arrays.equals(min, o.min)
                && Arrays.equals(max, o.max)
                && sums.equals(o.sums);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(min) + Arrays.hashCode(max);
    }
}
