package dev.octavo.tasks.image;

import java.util.List;

/**
 * From a pixel 0..255 to a real value: {@code (pixel·scale - mean) / std}, every step rounded to
 * float as NumPy does in float32.
 *
 * @param scale real units per grey level; finite, not 0 (1/255 for networks that expect 0..1)
 * @param mean subtracted after scaling: one number, or one per channel in the tensor's order
 * @param std divided by: one number, or one per channel in the tensor's order; finite and positive
 */
public record Normalize(float scale, List<Float> mean, List<Float> std) {
    /** Leaves 0..255. */
    public static final Normalize NONE = new Normalize(1f, List.of(0f), List.of(1f));

    public Normalize {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (scale == 0 || !Float.isFinite(scale)) {
            throw new IllegalArgumentException("scale is a finite number other than 0, got " + scale);
        }
        for (float m : mean) {
            if (!Float.isFinite(m)) {
                throw new IllegalArgumentException("mean is finite, got " + m);
            }
        }
        for (float s : std) {
            if (!(s > 0) || !Float.isFinite(s)) {
                throw new IllegalArgumentException("std is a finite number > 0, got " + s);
            }
        }
    }

    /** The mean and the standard deviation of each channel, on the 0..255 scale. */
    public static Normalize of(List<Float> mean, List<Float> std) {
        return new Normalize(1f, mean, std);
    }

    /** The real value of each of the 256 grey levels in channel {@code c} of the tensor. */
    float[] table(int c) {
        float[] real = new float[256];
        for (int level = 0; level < 256; level++) {
            real[level] = real(c, level);
        }
        return real;
    }

    /** The real value in channel {@code c} of the tensor of a level that need not be whole: one, or one per channel. */
    float real(int c, List<Float> level) {
        return real(c, level.get(level.size() == 1 ? 0 : c));
    }

    /** The real value of a grey level in channel {@code c} of the tensor. */
    public float real(int c, float level) {
        float m = mean.get(mean.size() == 1 ? 0 : c);
        float s = std.get(std.size() == 1 ? 0 : c);
        // Divide: multiplying by 1/std changes the last bit of some levels.
        return (level * scale - m) / s;
    }

    /** {@code scale 1.0 mean [127.5] std [127.5]}. */
    @Override
    public String toString() {
        return "scale " + scale + " mean " + mean + " std " + std;
    }
}
