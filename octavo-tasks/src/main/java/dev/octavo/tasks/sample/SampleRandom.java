package dev.octavo.tasks.sample;

/**
 * A seeded stream of numbers that is the same on every Java release and every machine.
 *
 * <p>The library's generators promise a distribution, not a sequence, and {@code SplittableRandom}
 * has changed how it derives bounded numbers between releases. The pictures of the sample are pinned
 * by a hash, so their randomness is written out here. Not for cryptography.
 *
 * <p>Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014
 * (SplitMix64).
 */
final class SampleRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private SampleRandom(long state) {
        this.state = state;
    }

    /**
     * The stream number {@code index} of a seed; streams of different indices are unrelated.
     *
     * @param seed names the family of streams
     * @param index names one stream of the family
     */
    static SampleRandom of(long seed, long index) {
        return new SampleRandom(mix(mix(seed + GOLDEN_GAMMA) ^ mix(index - GOLDEN_GAMMA)));
    }

    private static long mix(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** The next number of [0, 1), a multiple of 2⁻⁵³. */
    double unit() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** The next number of [low, high). */
    double between(double low, double high) {
        return low + (high - low) * unit();
    }

    /** The next integer of [0, bound); the bias of the plain product is below bound · 2⁻⁵³. */
    int below(int bound) {
        return (int) (unit() * bound);
    }

    /** True with the given probability. */
    boolean chance(double probability) {
        return unit() < probability;
    }

    /**
     * A bell-shaped number of mean 0 and variance 1, within ±2·√3.
     *
     * <p>The sum of four uniforms (variance 1/12 each), so that no logarithm is needed.
     */
    double bell() {
        double sum = unit() + unit() + unit() + unit();
        return (sum - 2) * StrictMath.sqrt(3);
    }
}
