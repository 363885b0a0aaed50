package dev.octavo.tasks.npy;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Reads NumPy's array files. The numbers become a little-endian row-major tensor whatever the
 * file's order; an {@code .npy} file that already has that order is mapped and not loaded.
 */
public final class NpyReader {
    /** The most bytes that are brought into memory for one array. */
    private static final long LARGEST_IN_MEMORY = 1L << 30;

    private NpyReader() {}

    /**
     * The array of an {@code .npy} file.
     *
     * @throws ModelException when the file is missing, broken, or holds something else than numbers
     */
    public static Tensor read(Path file) {
        String name = name(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer head = ByteBuffer.allocate((int) Math.min(size, NpyHeader.LONGEST + 12));
            while (head.hasRemaining() && channel.read(head) >= 0) {}
            NpyHeader header = NpyHeader.parse(head.flip(), name);
            requireBytes(header, size - header.dataOffset(), name);
            Storage mapped = new MappedStorage(channel, header.dataOffset(), header.dataBytes());
            return tensor(header, mapped, name);
        } catch (NoSuchFileException e) {
            throw new ModelException("there is no file " + file, "check the path", e);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /**
     * The array in the bytes of an {@code .npy} file between position and limit, not copied: they
     * must not change any more.
     *
     * @param name what to call the array in a message
     */
    public static Tensor read(ByteBuffer bytes, String name) {
        NpyHeader header = NpyHeader.parse(bytes, name);
        long present = bytes.remaining() - header.dataOffset();
        requireBytes(header, present, name);
        ByteBuffer data =
                bytes.slice(bytes.position() + (int) header.dataOffset(), Math.toIntExact(header.dataBytes()));
        return tensor(header, Storage.of(data), name);
    }

    /**
     * The arrays of an {@code .npz} file by name (without {@code .npy}), stored or deflated, sorted
     * by name. Each is loaded whole.
     *
     * @throws ModelException when the file is missing or broken, or an array in it is
     */
    public static Map<String, Tensor> readAll(Path npz) {
        String name = name(npz);
        if (!Files.exists(npz)) {
            throw new ModelException("there is no file " + npz, "check the path");
        }
        try (ZipFile zip = new ZipFile(npz.toFile())) {
            List<? extends ZipEntry> entries = zip.stream()
                    .filter(e -> !e.isDirectory() && e.getName().endsWith(".npy"))
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            if (entries.isEmpty()) {
                throw new ModelException(name + " holds no arrays", "write it with numpy.savez");
            }
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            for (ZipEntry entry : entries) {
                String array = entry.getName().substring(0, entry.getName().length() - ".npy".length());
                arrays.put(array, read(load(zip, entry, name), name + ": " + array));
            }
            return Collections.unmodifiableMap(arrays);
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(name, e);
        }
    }

    private static ByteBuffer load(ZipFile zip, ZipEntry entry, String name) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) LARGEST_IN_MEMORY);
            if (bytes.length == LARGEST_IN_MEMORY) {
                throw new ModelException(
                        name + ": " + entry.getName() + " is larger than 1 GiB",
                        "save it as an .npy file of its own: that is mapped and not loaded");
            }
            return ByteBuffer.wrap(bytes);
        }
    }

    private static void requireBytes(NpyHeader header, long present, String name) {
        if (present < header.dataBytes()) {
            throw new ModelException(
                    name
                            + " is cut off: "
                            + header.dtype()
                            + header.shape()
                            + " takes "
                            + header.dataBytes()
                            + " bytes, "
                            + present
                            + " are there",
                    "copy or write it again");
        }
    }

    private static Tensor tensor(NpyHeader header, Storage data, String name) {
        boolean transposed = header.fortran() && manyAxes(header.shape());
        if (!transposed && !header.swapped()) {
            return Tensor.of(header.dtype(), header.shape(), data);
        }
        if (data.byteSize() > LARGEST_IN_MEMORY) {
            throw new ModelException(
                    name
                            + " is larger than 1 GiB and "
                            + (transposed ? "in column order" : "big-endian")
                            + ", so it cannot be mapped",
                    "save numpy.ascontiguousarray(a, dtype=a.dtype.newbyteorder('<'))");
        }
        int width = header.dtype().bits() / 8;
        ByteBuffer bytes = data.slice(0, (int) data.byteSize());
        if (header.swapped()) {
            bytes = swapped(bytes, width);
        }
        if (transposed) {
            bytes = rowMajor(bytes, header.shape().toArray(), width);
        }
        return Tensor.of(header.dtype(), header.shape(), Storage.of(bytes));
    }

    /** Whether row and column order differ: at least two axes longer than 1. */
    private static boolean manyAxes(Shape shape) {
        return Arrays.stream(shape.toArray()).filter(d -> d != 1).count() > 1;
    }

    private static ByteBuffer swapped(ByteBuffer from, int width) {
        ByteBuffer to = ByteBuffer.allocate(from.remaining());
        for (int at = 0; at < from.limit(); at += width) {
            for (int k = 0; k < width; k++) {
                to.put(at + k, from.get(at + width - 1 - k));
            }
        }
        return to;
    }

    /** Walks the elements in row order; {@code at} is where the element lies in column order. */
    private static ByteBuffer rowMajor(ByteBuffer from, long[] dims, int width) {
        long[] stride = new long[dims.length];
        long step = 1;
        for (int axis = 0; axis < dims.length; axis++) {
            stride[axis] = step;
            step *= dims[axis];
        }
        ByteBuffer to = ByteBuffer.allocate(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        long[] index = new long[dims.length];
        long at = 0;
        while (to.hasRemaining()) {
            to.put(to.position(), from, (int) at * width, width).position(to.position() + width);
            for (int axis = dims.length - 1; axis >= 0; axis--) {
                at += stride[axis];
                if (++index[axis] < dims[axis]) {
                    break;
                }
                at -= stride[axis] * dims[axis];
                index[axis] = 0;
            }
        }
        return to.flip();
    }

    private static ModelException unreadable(String name, Exception e) {
        return new ModelException(name + " cannot be read: " + e.getMessage(), "check that it is complete", e);
    }

    private static String name(Path file) {
        Path last = file.getFileName();
        return last == null ? file.toString() : last.toString();
    }

    /** The NumPy name of an element type: {@code <f4}. */
    static String descr(DType dtype) {
        return switch (dtype) {
            case FLOAT -> "<f4";
            case DOUBLE -> "<f8";
            case FLOAT16 -> "<f2";
            case UINT8 -> "|u1";
            case UINT16 -> "<u2";
            case UINT32 -> "<u4";
            case UINT64 -> "<u8";
            case INT8 -> "|i1";
            case INT16 -> "<i2";
            case INT32 -> "<i4";
            case INT64 -> "<i8";
            case BOOL -> "|b1";
            default -> throw new IllegalArgumentException("NumPy has no element type like " + dtype);
        };
    }
}
