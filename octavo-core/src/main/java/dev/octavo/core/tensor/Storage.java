package dev.octavo.core.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of a tensor: little-endian, dense, row-major, wherever they lie (heap, a mapped file).
 * May be larger than 2 GiB; read it in slices.
 */
public interface Storage {
    /** Number of bytes. */
    long byteSize();

    /**
     * A read-only little-endian view of {@code length} bytes from {@code offset}; position 0, limit
     * {@code length}.
     */
    ByteBuffer slice(long offset, int length);

    /** The storage of a buffer's bytes between position and limit, not copied. */
    static Storage of(ByteBuffer bytes) {
        ByteBuffer fixed = bytes.slice().asReadOnlyBuffer();
        return new Storage() {
            @Override
            public long byteSize() {
                return fixed.limit();
            }

            @Override
            public ByteBuffer slice(long offset, int length) {
                return fixed.slice(Math.toIntExact(offset), length).order(ByteOrder.LITTLE_ENDIAN);
            }
        };
    }
}
