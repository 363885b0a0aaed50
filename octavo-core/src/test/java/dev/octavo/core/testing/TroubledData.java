package dev.octavo.core.testing;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/** Samples for {@link TroubledNetwork}: coloured blobs with noise, and reference points of which half see nothing. */
record TroubledData(int size) implements Dataset {
    private static final int BLOBS = 4;
    private static final float NOWHERE = -100;

    @Override
    public Sample read(int index) {
        Random random = new Random(1000 + index);
        return new Sample(
                name(index),
                Map.of("image", picture(random), TroubledNetwork.REFERENCE, points(random)),
                OptionalInt.empty());
    }

    private static Tensor picture(Random random) {
        int h = TroubledNetwork.HEIGHT;
        int w = TroubledNetwork.WIDTH;
        float[] x = new float[3 * h * w];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (0.2 * random.nextGaussian());
        }
        for (int b = 0; b < BLOBS; b++) {
            double cy = random.nextDouble() * h;
            double cx = random.nextDouble() * w;
            double radius = 2 + 6 * random.nextDouble();
            double[] colour = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
            for (int i = 0; i < x.length; i++) {
                double dy = i / w % h - cy;
                double dx = i % w - cx;
                x[i] += (float) (1.5 * colour[i / (h * w)] * Math.exp(-(dy * dy + dx * dx) / (2 * radius * radius)));
            }
        }
        return Tensor.ofFloats(Shape.of(1, 3, h, w), x);
    }

    private static Tensor points(Random random) {
        float[] p = new float[2 * TroubledNetwork.QUERIES];
        for (int q = 0; q < TroubledNetwork.QUERIES; q++) {
            boolean seen = random.nextBoolean();
            p[2 * q] = seen ? random.nextFloat() : NOWHERE;
            p[2 * q + 1] = seen ? random.nextFloat() : NOWHERE;
        }
        return Tensor.ofFloats(Shape.of(1, TroubledNetwork.QUERIES, 2), p);
    }

    @Override
    public String name(int index) {
        return "scene-" + index;
    }

    @Override
    public String fingerprint() {
        return "troubled scenes " + size;
    }
}
