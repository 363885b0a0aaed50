package dev.octavo.analysis.tune;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A way of quantizing that was measured.
 *
 * @param stage the step of the practice
 * @param what it is called
 * @param measures as in {@link Measures}, and {@code cost}, what is not in 8 bits: 0 when everything is
 * @param shortfall the largest shortfall over the targets, in points or dB; 0 or less when all are reached
 */
public record Evaluated(String stage, String what, Map<String, Double> measures, double shortfall) {
    /** The name of the cost among measures. */
    static final String COST = "cost";

    public Evaluated {
        measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
    }

    /** Whether every target is reached. */
    public boolean reached() {
        return shortfall <= 0;
    }

    /** The share of multiply-accumulates in 8 bits. */
    public double int8() {
        return shares().int8();
    }

    /** What is in 8 bits, in 16 and in float. */
    public Shares shares() {
        return Shares.of(measures);
    }

    /** What is not in 8 bits. */
    public double cost() {
        return measures.getOrDefault(COST, 1.0);
    }

    /** Whether this is a better result: one that reaches the targets, then for less, then with less shortfall. */
    public boolean isBetterThan(Evaluated o) {
        if (reached() != o.reached()) {
            return reached();
        }
        boolean byCost = reached() && cost() != o.cost();
        return byCost ? cost() < o.cost() : shortfall < o.shortfall();
    }
}
