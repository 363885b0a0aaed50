package dev.octavo.tasks.npy;

import dev.octavo.core.tensor.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a file, mapped and so read only where it is touched. Windows of almost 2 GiB begin
 * at every GiB: a slice of up to 1 GiB lies whole in one of them and is not copied.
 */
final class MappedStorage implements Storage {
    private static final long STRIDE = 1L << 30;

    private final long size;
    private final List<MappedByteBuffer> windows = new ArrayList<>();

    MappedStorage(FileChannel channel, long offset, long size) throws IOException {
        this.size = size;
        for (long at = 0; at < size; at += STRIDE) {
            long length = Math.min(size - at, Integer.MAX_VALUE);
            windows.add(channel.map(FileChannel.MapMode.READ_ONLY, offset + at, length));
        }
    }

    @Override
    public long byteSize() {
        return size;
    }

    @Override
    public ByteBuffer slice(long offset, int length) {
        if (offset < 0 || length < 0 || offset + length > size) {
            throw new IndexOutOfBoundsException("bytes " + offset + " to " + (offset + length) + " of " + size);
        }
        if (length == 0) {
            return ByteBuffer.allocate(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        int window = (int) (offset / STRIDE);
        int from = (int) (offset % STRIDE);
        ByteBuffer whole = windows.get(window);
        if (from + (long) length <= whole.limit()) {
            return whole.slice(from, length).order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer copy = ByteBuffer.allocate(length);
        while (copy.hasRemaining()) {
            long at = offset + copy.position();
            int step = (int) Math.min(copy.remaining(), STRIDE - at % STRIDE);
            copy.put(windows.get((int) (at / STRIDE)).slice((int) (at % STRIDE), step));
        }
        return copy.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
