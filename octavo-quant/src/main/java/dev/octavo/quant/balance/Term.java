package dev.octavo.quant.balance;

/** A part of what is minimised, convex in u = ln s. */
public interface Term {
    /** Adds this part's value and slopes at {@code u}, and returns the value. */
    double add(double[] u, Pull pull);
}
