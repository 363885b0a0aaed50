package dev.octavo.core.stat;

import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that all passes ask of one sweep: values, and for each the axes along which per-channel
 * statistics are wanted (none: only the histogram).
 *
 * @param axes channel axes by value name
 */
public record EvidenceRequest(SortedMap<String, Set<Integer>> axes) {
    /** Asks for nothing. */
    public static final EvidenceRequest NOTHING = new EvidenceRequest(new TreeMap<>());

    public EvidenceRequest {
        TreeMap<String, Set<Integer>> copy = new TreeMap<>();
        axes.forEach((k, v) -> copy.put(k, Collections.unmodifiableSet(new TreeSet<>(v))));
        axes = Collections.unmodifiableSortedMap(copy);
    }

    /** This and {@code other} together. */
    public EvidenceRequest and(EvidenceRequest other) {
        TreeMap<String, Set<Integer>> both = new TreeMap<>();
        axes.forEach((k, v) -> both.computeIfAbsent(k, x -> new TreeSet<>()).addAll(v));
        other.axes.forEach(
                (k, v) -> both.computeIfAbsent(k, x -> new TreeSet<>()).addAll(v));
        return new EvidenceRequest(both);
    }
}
