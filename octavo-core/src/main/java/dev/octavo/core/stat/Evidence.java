package dev.octavo.core.stat;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the data says about one version of a graph. Knows nothing of bits, symmetry or percentiles. A
 * commutative monoid under {@link #merge}: parts of a data set, on threads or machines, give to the
 * last bit what one pass gives.
 *
 * @param graphFingerprint the graph the data went through; evidence is refused by any other
 * @param samples number of samples
 * @param values what was seen, by value name
 */
public record Evidence(String graphFingerprint, long samples, SortedMap<String, ValueEvidence> values)
        implements Stat<Evidence> {
    private static final long serialVersionUID = 1L;

    public Evidence {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Evidence of no samples. */
    public static Evidence none(String graphFingerprint) {
        return new Evidence(graphFingerprint, 0, new TreeMap<>());
    }

    /** What was seen of a value, which must have been asked for. */
    public ValueEvidence of(String value) {
        ValueEvidence e = values.get(value);
        if (e == null) {
            throw new IllegalArgumentException("no evidence was collected for '" + value + "'");
        }
        return e;
    }

    @Override
    public Evidence merge(Evidence o) {
        if (!o.graphFingerprint.equals(graphFingerprint)) {
            throw new IllegalArgumentException("evidence of two different graphs cannot be merged");
        }
        TreeMap<String, ValueEvidence> both = new TreeMap<>(values);
        o.values.forEach((name, e) -> both.merge(name, e, ValueEvidence::merge));
        return new Evidence(graphFingerprint, samples + o.samples, both);
    }
}
