package dev.octavo.tasks.metric;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Draws as many samples as there are, with replacement, and looks how the score varies: the bias-corrected percentile
 * bootstrap. Each draw has a generator of its own, so draws may run side by side and the numbers stay the same.
 *
 * <p>The correction matters for average precision: a draw has pictures twice, and scores higher than the whole for that
 * alone. If a share b of the draws lies below the score itself, the quantiles taken are those at
 * {@code Φ(2·Φ⁻¹(b) ± 1.96)}, which are 2.5 % and 97.5 % for b = 0.5.
 *
 * <p>Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, sections 13.3 and 14.3 (with a = 0).
 *
 * @param draws how often, at least 20
 * @param seed the same seed gives the same numbers
 */
public record Bootstrap(int draws, long seed) {
    /** 1,000 draws. */
    public static final Bootstrap STANDARD = new Bootstrap(1000, 20_07L);

    private static final double TAIL = 0.025;
    private static final long MOST_WORK = 300_000_000;
    private static final int FEWEST = 100;

    /** So many standard deviations leave a TAIL of the normal distribution on either side. */
    private static final double NORMAL = 1.959963984540054;

    public Bootstrap {
        if (draws < 20) {
            throw new IllegalArgumentException("at least 20 draws tell something of the tails, got " + draws);
        }
    }

    /**
     * Fewer draws where each takes long: enough that all together stay within {@link #MOST_WORK}, but {@link #FEWEST} in any
     * case. Many samples make narrow intervals, whose ends matter less.
     *
     * @param work of one draw, in steps
     */
    Bootstrap within(long work) {
        long affordable = Math.max(FEWEST, MOST_WORK / Math.max(1, work));
        return affordable < draws ? new Bootstrap((int) affordable, seed) : this;
    }

    /** How many times each of {@code n} samples is drawn in draw {@code draw}. */
    int[] counts(int draw, int n) {
        SplittableRandom random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + draw);
        int[] counts = new int[n];
        for (int i = 0; i < n; i++) {
            counts[random.nextInt(n)]++;
        }
        return counts;
    }

    /**
     * The scores of all draws; NaN where a draw has none.
     *
     * @param n samples
     * @param score the score when sample i counts {@code counts[i]} times
     */
    double[] scores(int n, ToDoubleFunction<int[]> score) {
        double[] scores = new double[draws];
        IntStream.range(0, draws).parallel().forEach(draw -> scores[draw] = score.applyAsDouble(counts(draw, n)));
        return scores;
    }

    /** The interval of a score; see {@link #scores}. */
    Interval interval(int n, ToDoubleFunction<int[]> score) {
        int[] once = new int[n];
        Arrays.fill(once, 1);
        return interval(score.applyAsDouble(once), scores(n, score));
    }

    /**
     * The interval that 95 % of such scores lie in; NaN ones are left out.
     *
     * @param score of every sample once
     * @param scores of the draws
     */
    static Interval interval(double score, double[] scores) {
        double[] sorted =
                Arrays.stream(scores).filter(s -> !Double.isNaN(s)).sorted().toArray();
        double below = 0;
        for (double s : sorted) {
            below += s < score ? 1 : s == score ? 0.5 : 0;
        }
        // No draw below, or all: nothing to estimate the bias from but that it is large; half a draw is assumed.
        double share = Math.max(0.5, Math.min(sorted.length - 0.5, below)) / Math.max(1, sorted.length);
        double shift = sorted.length == 0 ? 0 : 2 * Normal.quantile(share);
        return new Interval(
                quantile(sorted, Normal.share(shift - NORMAL)), quantile(sorted, Normal.share(shift + NORMAL)));
    }

    /** Between the neighbours in proportion; NaN of nothing. */
    private static double quantile(double[] sorted, double q) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double at = q * (sorted.length - 1);
        int low = (int) at;
        int high = Math.min(low + 1, sorted.length - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }

    /**
     * What the bootstrap of a share converges to: a draw hits {@code Binomial(n, hits / n)} times, whose quantiles are
     * computed and not drawn.
     */
    static Interval share(long hits, long n) {
        if (n == 0) {
            return new Interval(Double.NaN, Double.NaN);
        }
        return new Interval(binomial(hits, n, TAIL), binomial(hits, n, 1 - TAIL));
    }

    /** Of the difference of two independent shares; the normal approximation, for both are sums of many. */
    static Interval difference(long hits, long otherHits, long n, long otherN) {
        double p = (double) hits / n;
        double q = (double) otherHits / otherN;
        double reach = NORMAL * Math.sqrt(p * (1 - p) / n + q * (1 - q) / otherN);
        return new Interval(p - q - reach, p - q + reach);
    }

    /**
     * Of the difference of two shares over the same samples, of which {@code gained} were hit only by the first and
     * {@code lost} only by the other.
     */
    static Interval paired(long gained, long lost, long n) {
        double mean = (double) (gained - lost) / n;
        double reach = NORMAL * Math.sqrt(((double) (gained + lost) / n - mean * mean) / n);
        return new Interval(mean - reach, mean + reach);
    }

    /** The least share k / n with P(hits ≤ k) ≥ q. */
    private static double binomial(long hits, long n, double q) {
        double p = (double) hits / n;
        if (hits == 0 || hits == n) {
            return p;
        }
        // log P(k) by the recurrence P(k) = P(k-1) · (n-k+1)/k · p/(1-p); logs, for P(0) alone may underflow.
        double log = n * Math.log1p(-p);
        double odds = Math.log(p) - Math.log1p(-p);
        double below = Math.exp(log);
        long k = 0;
        while (below < q && k < n) {
            k++;
            log += Math.log((double) (n - k + 1) / k) + odds;
            below += Math.exp(log);
        }
        return (double) k / n;
    }
}
