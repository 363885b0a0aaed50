package dev.octavo.core.testing;

import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Random;

/** Tensors of random numbers that depend on nothing but the tensor's name, type and shape. */
final class SeededTensors {
    private SeededTensors() {}

    /**
     * Floats are Gaussian: of standard deviation √(2/fan-in) with two axes or more, so that activations
     * keep their magnitude through a deep network, and 0.1 with fewer. Integers are uniform over all codes.
     */
    static Tensor named(String name, DType dtype, Shape shape) {
        Random random = new Random(31L * name.hashCode() + shape.hashCode());
        if (dtype != DType.FLOAT) {
            byte[] bytes = new byte[Math.toIntExact(dtype.bytesFor(shape.elements()))];
            random.nextBytes(bytes);
            return Tensor.of(dtype, shape, Storage.of(ByteBuffer.wrap(bytes)));
        }
        int n = Math.toIntExact(shape.elements());
        double deviation = shape.rank() < 2 || n == 0 ? 0.1 : Math.sqrt(2.0 * shape.dim(0) / n);
        return gaussian(random, n, 0, deviation, shape);
    }

    /** A parameter of a batch normalization: its variance is positive, its scale near 1. */
    static Tensor ofBatchNormalization(String name, String parameter, int channels) {
        Shape shape = Shape.of(channels);
        Random random = new Random(31L * name.hashCode() + channels);
        if (parameter.equals("var")) {
            float[] values = new float[channels];
            for (int i = 0; i < channels; i++) {
                values[i] = 0.5f + random.nextFloat();
            }
            return Tensor.ofFloats(shape, values);
        }
        return gaussian(random, channels, parameter.equals("scale") ? 1 : 0, 0.2, shape);
    }

    private static Tensor gaussian(Random random, int n, double mean, double deviation, Shape shape) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return Tensor.ofFloats(shape, values);
    }

    /** The numbers as a tensor of that type. */
    static Tensor of(DType dtype, Shape shape, double... values) {
        ByteBuffer b = ByteBuffer.allocate(Math.toIntExact(dtype.bytesFor(values.length)))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (double v : values) {
            switch (dtype) {
                case FLOAT -> b.putFloat((float) v);
                case DOUBLE -> b.putDouble(v);
                case INT64, UINT64 -> b.putLong((long) v);
                case INT32, UINT32 -> b.putInt((int) (long) v);
                case INT16, UINT16 -> b.putShort((short) v);
                case INT8, UINT8, BOOL -> b.put((byte) (int) v);
                default -> throw new IllegalArgumentException("numbers of type " + dtype + " cannot be given");
            }
        }
        return Tensor.of(dtype, shape, Storage.of(b.flip()));
    }

    /** The element type of that name, such as {@code uint8}. */
    static DType dtype(String name) {
        return DType.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
