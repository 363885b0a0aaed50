package dev.octavo.core.stat;

/**
 * The mean over samples of each sample's smallest and largest value: what an exponential moving
 * average of ranges tends to, without its dependence on the order.
 *
 * @param sums sum of the minima (0) and of the maxima (1)
 * @param samples number of samples
 */
public record Extremes(ExactSums sums, long samples) implements Stat<Extremes> {
    /** Of no samples. */
    public static final Extremes NONE = new Extremes(new ExactSums(2), 0);

    /** Of one sample. */
    public static Extremes of(float min, float max) {
        ExactSums s = new ExactSums(2);
        s.add(0, min);
        s.add(1, max);
        return new Extremes(s.copy(), 1);
    }

    /** Mean of the samples' smallest values. */
    public double meanMin() {
        return sums.get(0) / samples;
    }

    /** Mean of the samples' largest values. */
    public double meanMax() {
        return sums.get(1) / samples;
    }

    @Override
    public Extremes merge(Extremes o) {
        return new Extremes(sums.merge(o.sums), samples + o.samples);
    }
}
