package dev.octavo.analysis.sweep;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What one point of a sweep was measured to be.
 *
 * @param series which line of the plot it belongs to
 * @param x where on the horizontal axis
 * @param label what to call that place
 * @param measures by name, in the order to print them
 */
public record SweepRow(String series, double x, String label, Map<String, Double> measures) {
    public SweepRow {
        measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
    }

    /** A measure by name; empty if this row lacks it. */
    public OptionalDouble measure(String name) {
        Double x = measures.get(name);
        return x == null ? OptionalDouble.empty() : OptionalDouble.of(x);
    }
}
