package dev.octavo.core.plan;

/**
 * The real values that a grid should cover.
 *
 * @param low lower end, finite
 * @param high upper end, finite, ≥ low
 */
public record Range(double low, double high) {
    public Range {
        if (!(low <= high) || Double.isInfinite(low) || Double.isInfinite(high)) {
            throw new IllegalArgumentException("a range is finite with low <= high, got [" + low + ", " + high + "]");
        }
    }
}
