package dev.octavo.tasks.metric;

/** The normal distribution of mean 0 and deviation 1. */
final class Normal {
    private static final double FAR = 9;
    private static final int HALVINGS = 60;

    private Normal() {}

    /** The share below x: Φ, by the series Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/15 + …); exact to 1e-12 for |x| < 6. */
    static double share(double x) {
        if (Math.abs(x) > FAR) {
            return x < 0 ? 0 : 1;
        }
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-17; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return Math.max(0, Math.min(1, 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)));
    }

    /** The x with that share below it: Φ⁻¹, by halving. */
    static double quantile(double share) {
        double low = -FAR;
        double high = FAR;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (share(middle) < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
