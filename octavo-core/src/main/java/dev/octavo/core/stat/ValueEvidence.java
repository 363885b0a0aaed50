package dev.octavo.core.stat;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was seen of one value.
 *
 * @param histogram all its elements
 * @param extremes its ranges sample by sample
 * @param channels per-channel statistics by channel axis, for the axes that were asked for
 */
public record ValueEvidence(DyadicHistogram histogram, Extremes extremes, SortedMap<Integer, ChannelStats> channels)
        implements Stat<ValueEvidence> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    public ValueEvidence {
        channels = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(channels));
    }

    @Override
    public ValueEvidence merge(ValueEvidence o) {
        TreeMap<Integer, ChannelStats> both = new TreeMap<>(channels);
        o.channels.forEach((axis, c) -> both.merge(axis, c, ChannelStats::merge));
        return new ValueEvidence(histogram.merge(o.histogram), extremes.merge(o.extremes), both);
    }
}
