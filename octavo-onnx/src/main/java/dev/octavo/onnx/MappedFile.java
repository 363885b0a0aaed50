package dev.octavo.onnx;

import dev.octavo.core.tensor.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of any size mapped into memory. Windows start every GiB and are up to 2 GiB long, so that any
 * slice of up to 1 GiB lies within one of them.
 */
final class MappedFile implements Storage {
    private static final int STRIDE_BITS = 30;
    private static final long STRIDE = 1L << STRIDE_BITS;

    private final MappedByteBuffer[] windows;
    private final long size;

    private MappedFile(MappedByteBuffer[] windows, long size) {
        this.windows = windows;
        this.size = size;
    }

    static MappedFile open(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            MappedByteBuffer[] windows = new MappedByteBuffer[(int) ((size + STRIDE - 1) >> STRIDE_BITS)];
            for (int i = 0; i < windows.length; i++) {
                long from = i * STRIDE;
                long length = Math.min(Integer.MAX_VALUE, size - from);
                windows[i] = channel.map(FileChannel.MapMode.READ_ONLY, from, length);
            }
            return new MappedFile(windows, size);
        }
    }

    @Override
    public long byteSize() {
        return size;
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException(length + " bytes from " + offset + " asked for, the file has " + size);
        }
        if (length == 0) {
            return ByteBuffer.allocate(0);
        }
        ByteBuffer window = windows[(int) (offset >> STRIDE_BITS)];
        int from = (int) (offset & (STRIDE - 1));
        if (length > window.limit() - from) {
            throw new IllegalArgumentException("read a big file in slices of at most 1 GiB, not " + length);
        }
        return window.slice(from, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The bytes from {@code offset} on, not copied. */
    Storage part(long offset, long length) {
        MappedFile whole = this;
        return new Storage() {
            @Override
            public long byteSize() {
                return length;
            }

            @Override
            public ByteBuffer slice(long from, int count) {
                if (from < 0 || count < 0 || from > length - count) {
                    throw new IndexOutOfBoundsException(
                            count + " bytes from " + from + " asked for, the tensor has " + length);
                }
                return whole.slice(offset + from, count);
            }
        };
    }
}
