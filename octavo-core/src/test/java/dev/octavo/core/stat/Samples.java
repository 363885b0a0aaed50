package dev.octavo.core.stat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Data to try statistics on. */
final class Samples {
    private Samples() {}

    /** A few hundred floats of very different magnitude: zeros, -0f, denormals and ±MAX_VALUE included. */
    static float[] heavyTailed(long seed) {
        Random r = new Random(seed);
        float[] out = new float[1 + r.nextInt(900)];
        float unit = (float) Math.scalb(1.0, r.nextInt(60) - 30);
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (r.nextInt(12)) {
                case 0, 1 -> 0f;
                case 2 -> -0f;
                case 3 -> Float.intBitsToFloat(r.nextInt(1 << 23)); // a denormal
                case 4 -> (float) Math.scalb(r.nextGaussian(), r.nextInt(40));
                case 5 -> seed % 3 == 0 ? Float.MAX_VALUE * (r.nextBoolean() ? 1 : -1) : r.nextInt(9) - 4;
                default -> (float) (r.nextGaussian() * unit);
            };
        }
        if (seed % 4 == 1) {
            for (int i = 0; i < out.length; i++) {
                out[i] = Math.abs(out[i]); // as after a Relu
            }
        }
        return out;
    }

    /** Splits data anywhere and gives the summaries of the parts in any order. */
    static <S> List<S> shuffledParts(float[] data, long seed, Function<float[], S> summary) {
        Random r = new Random(~seed);
        List<S> parts = new ArrayList<>();
        for (int at = 0; at < data.length; ) {
            int end = Math.min(data.length, at + r.nextInt(2 + data.length / 3));
            parts.add(summary.apply(java.util.Arrays.copyOfRange(data, at, end)));
            at = end;
        }
        Collections.shuffle(parts, r);
        return parts;
    }
}
