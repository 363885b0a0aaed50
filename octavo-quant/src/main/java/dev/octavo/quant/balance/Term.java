package dev.octavo.quant.balance;

/** A part of what is minimised, convex in u = ln s. */
public interface Term {
    /** Adds this part's value and slopes at {@code u}, and returns the value. */
    double add(double[] u, Pull pull);

    /** Whether the pulls are the slopes of the value, which is then least where they are even. */
    default boolean pullsBySlope() {
        return true;
    }

    /** Whether this part depends on one of these classes. */
    boolean dependsOn(boolean[] classes);

    /** Whether one of the numbers is that of a marked class. */
    static boolean anyOf(boolean[] classes, int[] numbers) {
        for (int c : numbers) {
            if (classes[c]) {
                return true;
            }
        }
        return false;
    }
}
