package dev.octavo.quant.datafree;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * How the values of a tensor are distributed, channel by channel: channel c is f_c(Z) for a standard normal Z, and f_c is
 * known at the {@link #NODES} points z = −6, −6+1/16, …, 6, straight in between.
 *
 * <p>That makes every operator that works element by element exact: it is applied to the f_c. Two laws of the same
 * {@code source} are functions of the same Z, so that x·sigmoid(x) is what it should be; laws of different sources are
 * taken to be independent.
 *
 * @param source what the Z belongs to; compared by identity
 * @param axis the channel axis, counted from the first; {@link #NONE} when the one channel stands for the whole tensor
 * @param at f_c at the points, {@code [C][NODES]}
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere, and large
record Law(Object source, int axis, double[][] at) {
    /** No axis of the tensor tells the values apart. */
    static final int NONE = -1;

    private static final int PER_UNIT = 16;
    private static final int FAR = 6;

    /** Number of points. */
    static final int NODES = 2 * FAR * PER_UNIT + 1;

    /* Weights of the trapezoidal rule for the normal density: they sum to 1. */
    private static final double[] WEIGHTS = new double[NODES];

    /* Share below each point, the first taken as 0 and the last as 1. */
    private static final double[] BELOW = new double[NODES];

    static {
        double sum = 0;
        for (int i = 0; i < NODES; i++) {
            WEIGHTS[i] = Normal.density(z(i));
            BELOW[i] = Normal.below(z(i));
            sum += WEIGHTS[i];
        }
        for (int i = 0; i < NODES; i++) {
            WEIGHTS[i] /= sum;
        }
        BELOW[0] = 0;
        BELOW[NODES - 1] = 1;
    }

    /** The i-th point. */
    static double z(int i) {
        return (double) i / PER_UNIT - FAR;
    }

    /** The share of the values below point i. */
    static double below(int i) {
        return BELOW[i];
    }

    /** Independent normal channels. */
    static Law normal(int axis, double[] mean, double[] deviation) {
        double[][] at = new double[mean.length][NODES];
        for (int c = 0; c < mean.length; c++) {
            for (int i = 0; i < NODES; i++) {
                at[c][i] = mean[c] + deviation[c] * z(i);
            }
        }
        return new Law(new Object(), axis, at);
    }

    /** Channels spread evenly over their ranges. */
    static Law uniform(int axis, double[] low, double[] high) {
        double[][] at = new double[low.length][NODES];
        for (int c = 0; c < low.length; c++) {
            for (int i = 0; i < NODES; i++) {
                at[c][i] = low[c] + (high[c] - low[c]) * BELOW[i];
            }
        }
        return new Law(new Object(), axis, at);
    }

    int channels() {
        return at.length;
    }

    double mean(int c) {
        double sum = 0;
        for (int i = 0; i < NODES; i++) {
            sum += WEIGHTS[i] * at[c][i];
        }
        return sum;
    }

    double variance(int c) {
        double mean = mean(c);
        double sum = 0;
        for (int i = 0; i < NODES; i++) {
            double d = at[c][i] - mean;
            sum += WEIGHTS[i] * d * d;
        }
        return sum;
    }

    double[] means() {
        double[] all = new double[channels()];
        Arrays.setAll(all, this::mean);
        return all;
    }

    double least(int c) {
        double least = at[c][0];
        for (double x : at[c]) {
            least = Math.min(least, x);
        }
        return least;
    }

    double greatest(int c) {
        double greatest = at[c][0];
        for (double x : at[c]) {
            greatest = Math.max(greatest, x);
        }
        return greatest;
    }

    /** f_c at any z; beyond the points its end. */
    double at(int c, double z) {
        double place = Math.max(0, Math.min(NODES - 1, (z + FAR) * PER_UNIT));
        int i = Math.min(NODES - 2, (int) place);
        double t = place - i;
        return at[c][i] * (1 - t) + at[c][i + 1] * t;
    }

    /** A function of one channel. */
    interface OfChannel {
        double apply(int channel, double x);
    }

    /** The values after a function of each by itself. */
    Law map(OfChannel f) {
        double[][] out = new double[channels()][NODES];
        for (int c = 0; c < out.length; c++) {
            for (int i = 0; i < NODES; i++) {
                out[c][i] = f.apply(c, at[c][i]);
            }
        }
        return new Law(source, axis, out);
    }

    Law map(DoubleUnaryOperator f) {
        return map((c, x) -> f.applyAsDouble(x));
    }

    /** The same channels along another axis. */
    Law along(int otherAxis) {
        return new Law(source, otherAxis, at);
    }

    /** Some channels, in that order. */
    Law select(int[] channels) {
        double[][] out = new double[channels.length][];
        for (int i = 0; i < channels.length; i++) {
            out[i] = at[channels[i]];
        }
        return new Law(new Object(), axis, out);
    }

    /** The one law of all channels together. */
    Law collapsed() {
        double[] weights = new double[channels()];
        Arrays.fill(weights, 1.0 / channels());
        return new Law(new Object(), NONE, new double[][] {mixture(at, weights)});
    }

    /** The law of one value chosen among several, each with its probability. */
    static double[] mixture(double[][] parts, double[] probabilities) {
        int n = parts.length * NODES;
        double[] value = new double[n];
        double[] weight = new double[n];
        for (int p = 0; p < parts.length; p++) {
            for (int i = 0; i < NODES; i++) {
                value[p * NODES + i] = parts[p][i];
                weight[p * NODES + i] = probabilities[p] * WEIGHTS[i];
            }
        }
        int[] sorted = parts.length == 2 && isRising(parts[0]) && isRising(parts[1]) ? merged(value) : sorted(value);
        double[] out = new double[NODES];
        double seen = 0;
        int at = 0;
        for (int i = 0; i < NODES; i++) {
            while (at < n - 1 && seen + weight[sorted[at]] < BELOW[i]) {
                seen += weight[sorted[at]];
                at++;
            }
            out[i] = value[sorted[i == 0 ? 0 : i == NODES - 1 ? n - 1 : at]];
        }
        return out;
    }

    private static boolean isRising(double[] f) {
        for (int i = 1; i < f.length; i++) {
            if (f[i] < f[i - 1]) {
                return false;
            }
        }
        return true;
    }

    /* The order of two rising halves, by going along both. */
    private static int[] merged(double[] value) {
        int[] order = new int[value.length];
        int a = 0;
        int b = NODES;
        for (int i = 0; i < order.length; i++) {
            boolean first = a < NODES && (b == value.length || value[a] <= value[b]);
            order[i] = first ? a++ : b++;
        }
        return order;
    }

    private static int[] sorted(double[] value) {
        return java.util.stream.IntStream.range(0, value.length)
                .boxed()
                .sorted(java.util.Comparator.comparingDouble(i -> value[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
