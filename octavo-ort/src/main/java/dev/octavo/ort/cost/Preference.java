package dev.octavo.ort.cost;

/** Which of two placements that take about the same time is the better one. */
public enum Preference {
    /** The one with more arithmetic in integers. */
    MORE_INTEGERS(0.95, 0.03),
    /** The one with more arithmetic in float; integers must gain time worth having. */
    MORE_FLOAT(1.3, 0.05),
    /** Whichever was measured to be faster. */
    FASTEST(1, 0);

    private final double integerFactor;
    private final double tie;

    Preference(double integerFactor, double tie) {
        this.integerFactor = integerFactor;
        this.tie = tie;
    }

    /** What integer kernels are taken to cost, as a multiple of what they cost. */
    double integerFactor() {
        return integerFactor;
    }

    /** The part of the time within which two placements are as fast as each other. */
    double tie() {
        return tie;
    }
}
