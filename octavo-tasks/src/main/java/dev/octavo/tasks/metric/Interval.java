package dev.octavo.tasks.metric;

/**
 * Where a score would lie, had other samples of the same kind been drawn.
 *
 * @param low the 2.5 % quantile
 * @param high the 97.5 % quantile
 */
public record Interval(double low, double high) {
    /** Whether 0 lies inside: a difference that may be chance. */
    public boolean holdsZero() {
        return low <= 0 && high >= 0;
    }
}
