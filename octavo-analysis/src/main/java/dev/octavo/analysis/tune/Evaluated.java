package dev.octavo.analysis.tune;

import java.util.Map;

/**
 * A way of quantizing that was measured.
 *
 * @param stage the step of the practice
 * @param what it is called
 * @param measures scores of the task, {@code sqnr_db} of the outputs, {@code int8} the share of the
 *     multiply-accumulates that have 8-bit codes on both sides
 * @param shortfall the largest shortfall over the targets; 0 or less when all are reached
 */
public record Evaluated(String stage, String what, Map<String, Double> measures, double shortfall) {
    public Evaluated {
        measures = Map.copyOf(measures);
    }

    /** Whether every target is reached. */
    public boolean reached() {
        return shortfall <= 0;
    }

    /** The share of multiply-accumulates in 8 bits. */
    public double int8() {
        return measures.getOrDefault("int8", 0.0);
    }

    /** Whether this is a better result: one that reaches the targets, then more in 8 bits, then less shortfall. */
    public boolean isBetterThan(Evaluated o) {
        if (reached() != o.reached()) {
            return reached();
        }
        return reached() ? int8() > o.int8() : shortfall < o.shortfall();
    }
}
