package dev.octavo.core.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An immutable dense array: element type, shape, bytes. Two tensors are equal when type, shape and
 * bytes are (so {@code -0.0f} differs from {@code 0.0f}).
 */
public final class Tensor {
    private static final int CHUNK = 1 << 20;

    private final DType dtype;
    private final Shape shape;
    private final Storage storage;
    private final @Nullable Carried carried;

    private Tensor(DType dtype, Shape shape, Storage storage, @Nullable Carried carried) {
        this.dtype = dtype;
        this.shape = shape;
        this.storage = storage;
        this.carried = carried;
        if (dtype != DType.STRING && storage.byteSize() != dtype.bytesFor(shape.elements())) {
            throw new IllegalArgumentException("a tensor " + dtype + shape + " takes "
                    + dtype.bytesFor(shape.elements()) + " bytes, got " + storage.byteSize());
        }
    }

    /** A tensor over existing bytes (little-endian, row-major), which must not change any more. */
    public static Tensor of(DType dtype, Shape shape, Storage storage) {
        return new Tensor(dtype, shape, storage, null);
    }

    /** A tensor that a codec read, with what it needs to write the tensor back exactly. */
    public static Tensor carrying(DType dtype, Shape shape, Storage storage, Carried carried) {
        return new Tensor(dtype, shape, storage, carried);
    }

    /** Float values in row-major order, copied. */
    public static Tensor ofFloats(Shape shape, float... values) {
        ByteBuffer b = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        b.asFloatBuffer().put(values);
        return of(DType.FLOAT, shape, Storage.of(b));
    }

    /** 64-bit integers in row-major order, copied. */
    public static Tensor ofLongs(Shape shape, long... values) {
        ByteBuffer b = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        b.asLongBuffer().put(values);
        return of(DType.INT64, shape, Storage.of(b));
    }

    /** Bytes as they are, for 8-bit types; the array must not change any more. */
    public static Tensor ofBytes(DType dtype, Shape shape, byte... values) {
        return of(dtype, shape, Storage.of(ByteBuffer.wrap(values)));
    }

    /**
     * Integer codes, narrowed to an integer {@code dtype} of 8, 16 or 32 bits (a code outside the type
     * is the caller's bug and fails).
     */
    public static Tensor ofCodes(DType dtype, Shape shape, int... codes) {
        int width = dtype.bits() / 8;
        ByteBuffer b = ByteBuffer.allocate(Math.multiplyExact(codes.length, width));
        b.order(ByteOrder.LITTLE_ENDIAN);
        for (int c : codes) {
            boolean fits = switch (dtype) {
                case UINT8 -> c >= 0 && c <= 255;
                case INT8 -> c >= -128 && c <= 127;
                case UINT16 -> c >= 0 && c <= 65535;
                case INT16 -> c >= -32768 && c <= 32767;
                case INT32 -> true;
                default ->
                    throw new IllegalArgumentException("codes are stored in 8, 16 or 32-bit integers, not " + dtype);
            };
            if (!fits) {
                throw new IllegalArgumentException("code " + c + " does not fit " + dtype);
            }
            switch (width) {
                case 1 -> b.put((byte) c);
                case 2 -> b.putShort((short) c);
                default -> b.putInt(c);
            }
        }
        return of(dtype, shape, Storage.of(b.flip()));
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    public Storage storage() {
        return storage;
    }

    /** What a codec left here; nobody else looks inside. */
    public Optional<Carried> carried() {
        return Optional.ofNullable(carried);
    }

    /** Number of elements. */
    public long elements() {
        return shape.elements();
    }

    /** The values of a FLOAT tensor of fewer than 2³¹ elements, copied, row-major. */
    public float[] floats() {
        require(DType.FLOAT);
        float[] out = new float[Math.toIntExact(elements())];
        int step = CHUNK / 4;
        for (int at = 0; at < out.length; at += step) {
            int n = Math.min(step, out.length - at);
            storage.slice(4L * at, 4 * n).asFloatBuffer().get(out, at, n);
        }
        return out;
    }

    /** The values of an INT64 tensor, copied. */
    public long[] longs() {
        require(DType.INT64);
        long[] out = new long[Math.toIntExact(elements())];
        storage.slice(0, Math.multiplyExact(out.length, 8)).asLongBuffer().get(out);
        return out;
    }

    /** The values of an integer tensor of 8, 16 or 32 bits, widened. */
    public int[] codes() {
        int[] out = new int[Math.toIntExact(elements())];
        ByteBuffer b = storage.slice(0, Math.toIntExact(storage.byteSize()));
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (dtype) {
                case UINT8 -> b.get() & 0xff;
                case INT8 -> b.get();
                case UINT16 -> b.getShort() & 0xffff;
                case INT16 -> b.getShort();
                case INT32 -> b.getInt();
                default -> throw new IllegalStateException("codes are integers of 8, 16 or 32 bits, this is " + dtype);
            };
        }
        return out;
    }

    /** The single value of a FLOAT tensor with one element. */
    public float scalar() {
        if (elements() != 1) {
            throw new IllegalStateException("one element expected, the shape is " + shape);
        }
        return floats()[0];
    }

    /** The same bytes under another shape with as many elements. */
    public Tensor reshaped(Shape other) {
        return of(dtype, other, storage);
    }

    private void require(DType expected) {
        if (dtype != expected) {
            throw new IllegalStateException("the tensor holds " + dtype + ", not " + expected);
        }
    }

    @Override
    public boolean equals(Object o) {
        if (o == this) {
            return true;
        }
        if (!(o instanceof Tensor t) || t.dtype != dtype || !t.shape.equals(shape)) {
            return false;
        }
        long size = storage.byteSize();
        if (t.storage.byteSize() != size) {
            return false;
        }
        for (long at = 0; at < size; at += CHUNK) {
            int n = (int) Math.min(CHUNK, size - at);
            if (!storage.slice(at, n).equals(t.storage.slice(at, n))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int n = (int) Math.min(256, storage.byteSize());
        return 31 * (31 * dtype.hashCode() + shape.hashCode())
                + storage.slice(0, n).hashCode();
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
