package dev.octavo.quant.rewrite.smooth;

import java.util.Arrays;
import java.util.Optional;

/**
 * What each channel of an activation is divided by, and the weights that read it multiplied by.
 *
 * <pre>
 *   s[j] = max|X[j]|^α / max|W[j]|^(1-α)          j over input channels
 *
 *   a channel that was never active    the geometric mean of the others' s: its weights stay as large beside the
 *                                      others' as they were. (s = 1 could make them the largest of all.)
 *   a channel that no weight reads     as large afterwards as the geometric mean of the others, so that it does
 *                                      not widen their range
 *   every s                            within 1e-5 … 1e5 times the geometric mean
 * </pre>
 *
 * <p>A permutation of the channels permutes the factors, to the last bit; nothing else in the data changes them.
 *
 * <p>Source: Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models",
 * ICML 2023, equation 4. What is said of channels without activations or weights is our own.
 *
 * @param values s, one per channel, each finite and positive
 * @param spread largest over smallest factor among channels that are active and read; 1 if they are all alike
 * @param activations largest over smallest max|X[j]| among these channels
 */
record SmoothingFactors(double[] values, double spread, double activations) {
    private static final double WIDEST = 1e5;

    /* Factors this alike, for channels this unlike, do nothing: what gave them was probably not the channels. */
    private static final double ALIKE = 1.5;
    private static final double UNLIKE = 10;

    /**
     * The factors; empty when no channel is both active and read.
     *
     * @param activation max|X[j]|
     * @param weight max|W[j]| over all weights that read channel j
     * @param alpha in [0, 1]
     */
    static Optional<SmoothingFactors> of(float[] activation, float[] weight, double alpha) {
        if (activation.length != weight.length) {
            throw new IllegalArgumentException(
                    activation.length + " channels of activations, " + weight.length + " of weights");
        }
        int n = activation.length;
        double[] s = new double[n];
        boolean[] plain = new boolean[n];
        for (int j = 0; j < n; j++) {
            plain[j] = activation[j] > 0 && weight[j] > 0;
            s[j] = plain[j] ? Math.pow(activation[j], alpha) / Math.pow(weight[j], 1 - alpha) : 0;
        }
        double[] chosen = chosen(s, plain);
        if (chosen.length == 0) {
            return Optional.empty();
        }
        double mean = geometricMean(chosen);
        double[] smoothed = new double[n];
        double[] seen = new double[n];
        for (int j = 0; j < n; j++) {
            smoothed[j] = plain[j] ? activation[j] / s[j] : 0;
            seen[j] = activation[j];
        }
        double typical = geometricMean(chosen(smoothed, plain));
        for (int j = 0; j < n; j++) {
            if (!plain[j]) {
                s[j] = activation[j] > 0 ? activation[j] / typical : mean;
            }
            s[j] = Math.max(mean / WIDEST, Math.min(mean * WIDEST, s[j]));
        }
        return Optional.of(new SmoothingFactors(s, ratio(chosen), ratio(chosen(seen, plain))));
    }

    /** Nothing is done to any channel. */
    static SmoothingFactors none(int channels) {
        double[] ones = new double[channels];
        Arrays.fill(ones, 1);
        return new SmoothingFactors(ones, 1, 1);
    }

    /** What to multiply by instead of dividing. */
    double[] inverse() {
        return Arrays.stream(values).map(s -> 1 / s).toArray();
    }

    /** A warning if the channels are very unlike and the factors are all but equal. */
    Optional<String> suspicion() {
        return spread < ALIKE && activations > UNLIKE
                ? Optional.of(String.format(
                        java.util.Locale.ROOT,
                        "WARNING: the factors are nearly constant (%.2f to 1) though the channels differ %.0f to 1: the"
                                + " weights differ the other way round, or alpha is too small, or the channel axis is"
                                + " not what the network means",
                        spread,
                        activations))
                : Optional.empty();
    }

    private static double[] chosen(double[] all, boolean[] which) {
        double[] some = new double[all.length];
        int n = 0;
        for (int j = 0; j < all.length; j++) {
            if (which[j]) {
                some[n++] = all[j];
            }
        }
        return Arrays.copyOf(some, n);
    }

    /* Summed in order of size, so that the order of the channels does not change the last bit. */
    private static double geometricMean(double[] positive) {
        double[] logs = Arrays.stream(positive).map(Math::log).sorted().toArray();
        double sum = 0;
        for (double x : logs) {
            sum += x;
        }
        return Math.exp(sum / logs.length);
    }

    private static double ratio(double[] positive) {
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        for (double x : positive) {
            low = Math.min(low, x);
            high = Math.max(high, x);
        }
        return high / low;
    }
}
