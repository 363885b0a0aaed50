package dev.octavo.quant.balance;

/**
 * What rounding a tensor, with one grid for all of it, does to the network's output:
 *
 * <pre>
 *   max over c of (R_c/s_c)² · Σ_c h_c·s_c²
 * </pre>
 *
 * times the square of the noise for range 1. R_c is the width of channel c's range, h_c the power of the network's
 * output per power of noise in it.
 */
public final class ActivationNoise implements Term {
    private final int[] classes;
    private final double[] width; // ln
    private final double[] sensitivity;
    private final double unit;
    private final double[] share;

    /** The noise of one tensor. */
    public ActivationNoise(int[] classes, double[] width, double[] sensitivity, double unit) {
        this.classes = classes;
        this.width = java.util.Arrays.stream(width).map(Math::log).toArray();
        this.sensitivity = sensitivity;
        this.unit = unit;
        this.share = new double[classes.length];
    }

    @Override
    public boolean dependsOn(boolean[] marked) {
        return Term.anyOf(marked, classes);
    }

    @Override
    public double add(double[] u, Pull pull) {
        double top = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < classes.length; i++) {
            top = Math.max(top, width[i] - u[classes[i]]);
        }
        if (top == Double.NEGATIVE_INFINITY) {
            return 0; // nothing but zeros
        }
        double sum = 0;
        double noise = 0;
        for (int i = 0; i < classes.length; i++) {
            share[i] = Math.exp(SoftRows.P * (width[i] - u[classes[i]] - top));
            sum += share[i];
            noise += sensitivity[i] * Math.exp(2 * u[classes[i]]);
        }
        double c = unit * Math.exp(2 * (top + Math.log(sum) / SoftRows.P));
        double value = c * noise;
        for (int i = 0; i < classes.length; i++) {
            pull.up(classes[i], 2 * value * share[i] / sum, SoftRows.P);
            pull.down(classes[i], 2 * c * sensitivity[i] * Math.exp(2 * u[classes[i]]), 2);
        }
        return value;
    }
}
