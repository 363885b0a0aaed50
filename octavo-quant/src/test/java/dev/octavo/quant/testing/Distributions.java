package dev.octavo.quant.testing;

import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Extremes;
import dev.octavo.core.stat.ValueEvidence;
import java.util.Random;
import java.util.TreeMap;

/** Kinds of data that activations and weights look like, seeded. */
public enum Distributions {
    NORMAL,
    LAPLACE,
    UNIFORM,
    /** Half zeros, half of a normal distribution. */
    RELU,
    /** Exponential magnitudes with a few far away. */
    HEAVY_TAILED,
    /** Normal around −3: hardly a positive value. */
    NEGATIVE,
    /** A narrow bump and a wide one. */
    TWO_BUMPS,
    /** Student's t with 3 degrees of freedom. */
    STUDENT;

    /** So many values. */
    public float[] draw(int n, long seed) {
        Random r = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) one(r);
        }
        return x;
    }

    private double one(Random r) {
        return switch (this) {
            case NORMAL -> r.nextGaussian();
            case LAPLACE -> Math.log(1 - r.nextDouble()) * (r.nextBoolean() ? 1 : -1);
            case UNIFORM -> 2 * r.nextDouble() - 0.7;
            case RELU -> Math.max(0, r.nextGaussian());
            case HEAVY_TAILED -> -Math.log(1 - r.nextDouble()) * (r.nextInt(1000) == 0 ? 20 : 1);
            case NEGATIVE -> r.nextGaussian() - 3;
            case TWO_BUMPS -> r.nextInt(4) == 0 ? 4 + r.nextGaussian() : 0.3 * r.nextGaussian();
            case STUDENT -> {
                double sum = 0;
                for (int k = 0; k < 3; k++) {
                    double g = r.nextGaussian();
                    sum += g * g;
                }
                yield r.nextGaussian() / Math.sqrt(sum / 3);
            }
        };
    }

    /** What a sweep in which these values were one sample would have seen. */
    public static ValueEvidence seen(float... values) {
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (float v : values) {
            min = Math.min(min, v);
            max = Math.max(max, v);
        }
        return new ValueEvidence(DyadicHistogram.of(values), Extremes.of(min, max), new TreeMap<>());
    }
}
