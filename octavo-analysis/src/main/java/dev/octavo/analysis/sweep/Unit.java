package dev.octavo.analysis.sweep;

import java.util.Locale;

/** How people read a measure: shares as percent, all else as it is. */
enum Unit {
    PERCENT,
    PLAIN;

    /** Shares are known by their names: the scores of tasks are fractions, sizes and errors are not. */
    static Unit of(String measure) {
        String m = measure.toLowerCase(Locale.ROOT);
        return m.startsWith("top") || m.startsWith("map") || m.startsWith("miou") || m.contains("accuracy")
                ? PERCENT
                : PLAIN;
    }

    double shown(double measured) {
        return this == PERCENT ? 100 * measured : measured;
    }

    String title(String measure) {
        return this == PERCENT ? measure + ", %" : measure;
    }

    String text(double measured) {
        return this == PERCENT
                ? String.format(Locale.ROOT, "%.2f", 100 * measured)
                : String.format(Locale.ROOT, "%.4g", measured);
    }
}
