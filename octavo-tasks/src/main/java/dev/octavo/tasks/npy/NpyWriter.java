package dev.octavo.tasks.npy;

import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes NumPy's array files, byte for byte as {@code numpy.save} does: version 1.0, row-major,
 * little-endian, the numbers on a 64-byte boundary.
 */
public final class NpyWriter {
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 1 << 20;

    private NpyWriter() {}

    /** Writes one array to an {@code .npy} file, replacing it. */
    public static void write(Path file, Tensor tensor) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            write(out, tensor);
        }
    }

    /**
     * Writes arrays by name to an {@code .npz} file, deflated, sorted by name and without time
     * stamps: the same arrays give the same bytes.
     */
    public static void writeAll(Path npz, Map<String, Tensor> arrays) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(npz)))) {
            for (Map.Entry<String, Tensor> array : new TreeMap<>(arrays).entrySet()) {
                ZipEntry entry = new ZipEntry(array.getKey() + ".npy");
                entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
                zip.putNextEntry(entry);
                write(zip, array.getValue());
                zip.closeEntry();
            }
        }
    }

    /** Writes one array in the {@code .npy} format; leaves the stream open. */
    public static void write(OutputStream out, Tensor tensor) throws IOException {
        out.write(header(tensor.dtype(), tensor.shape().toArray()));
        Storage data = tensor.storage();
        byte[] chunk = new byte[(int) Math.min(CHUNK, data.byteSize())];
        for (long at = 0; at < data.byteSize(); at += chunk.length) {
            int n = (int) Math.min(chunk.length, data.byteSize() - at);
            data.slice(at, n).get(chunk, 0, n);
            out.write(chunk, 0, n);
        }
    }

    private static byte[] header(DType dtype, long[] dims) {
        String extents = Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String text = "{'descr': '"
                + NpyReader.descr(dtype)
                + "', 'fortran_order': False, 'shape': ("
                + extents
                + (dims.length == 1 ? ",)" : ")")
                + ", }";
        // NumPy leaves room for the first axis to grow to 21 digits in place, then pads.
        int room = dims.length == 0 ? 0 : 21 - Long.toString(dims[0]).length();
        int unpadded = 10 + text.length() + room + 1;
        int pad = room + ALIGNMENT - unpadded % ALIGNMENT;
        byte[] body = (text + " ".repeat(pad) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer b = ByteBuffer.allocate(10 + body.length).order(ByteOrder.LITTLE_ENDIAN);
        b.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        b.put((byte) 1).put((byte) 0).putShort((short) body.length).put(body);
        return b.array();
    }
}
