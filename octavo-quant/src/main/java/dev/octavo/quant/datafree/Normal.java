package dev.octavo.quant.datafree;

/**
 * The standard normal distribution.
 *
 * <p>Φ by Marsaglia's series Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …), absolute error below 1e-15; Φ⁻¹ by bisection on
 * it, which is quick enough for the few places that ask.
 *
 * <p>Source: Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11(4), 2004.
 */
public final class Normal {
    private static final double ROOT = Math.sqrt(2 * Math.PI);
    private static final double FAR = 8.5; // beyond, Φ is 0 or 1 to the last bit that counts

    private Normal() {}

    /** The density φ. */
    public static double density(double x) {
        return Math.exp(-x * x / 2) / ROOT;
    }

    /** The share Φ(x) below x. */
    public static double below(double x) {
        if (x > FAR) {
            return 1;
        }
        if (x < -FAR) {
            return 0;
        }
        double sum = x;
        double term = x;
        for (int i = 3; Math.abs(term) > 1e-17; i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return Math.max(0, Math.min(1, 0.5 + sum * density(x)));
    }

    /** The x with the share p below it; ±8.5 for what lies further out. */
    public static double quantile(double p) {
        double low = -FAR;
        double high = FAR;
        while (high - low > 1e-12) {
            double middle = (low + high) / 2;
            if (below(middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /**
     * The mean of a normal variable after a clip: a·Φ(A) + b·(1−Φ(B)) + μ(Φ(B)−Φ(A)) + σ(φ(A)−φ(B)), A = (a−μ)/σ,
     * B = (b−μ)/σ. A Relu is the clip to [0, ∞).
     */
    public static double clippedMean(double mean, double deviation, double low, double high) {
        if (deviation <= 0) {
            return Math.max(low, Math.min(high, mean));
        }
        double a = (low - mean) / deviation;
        double b = (high - mean) / deviation;
        double under = low == Double.NEGATIVE_INFINITY ? 0 : low * below(a);
        double over = high == Double.POSITIVE_INFINITY ? 0 : high * (1 - below(b));
        return under + over + mean * (below(b) - below(a)) + deviation * (density(a) - density(b));
    }
}
