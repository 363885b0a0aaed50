package dev.octavo.analysis.check;

import java.util.Locale;

/**
 * The reals from {@code low} to {@code high}.
 *
 * @param from what tells, in words
 */
record Interval(double low, double high, String from) {
    Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("low <= high expected, got [" + low + ", " + high + "]");
        }
    }

    double magnitude() {
        return Math.max(Math.abs(low), Math.abs(high));
    }

    /** The length with 0, which every grid covers. */
    double span() {
        return Math.max(high, 0) - Math.min(low, 0);
    }

    boolean isFinite() {
        return Double.isFinite(low) && Double.isFinite(high);
    }

    Interval because(String other) {
        return new Interval(low, high, other);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "[%.4g, %.4g]", low, high);
    }
}
