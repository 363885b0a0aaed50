package dev.octavo.analysis;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Seeded pictures whose size grows with the place, so that more samples mean wider ranges. */
public record Pictures(int size, AtomicInteger reads) implements Dataset {
    public static Pictures of(int size) {
        return new Pictures(size, new AtomicInteger());
    }

    @Override
    public Sample read(int index) {
        reads.incrementAndGet();
        Random r = new Random(index);
        float[] v = new float[3 * 8 * 8];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) (r.nextGaussian() * (1 + 0.1 * index));
        }
        return Sample.of(name(index), Tensor.ofFloats(Shape.of(1, 3, 8, 8), v), OptionalInt.empty());
    }

    @Override
    public String name(int index) {
        return "picture-" + index;
    }

    @Override
    public String fingerprint() {
        return "pictures " + size;
    }
}
