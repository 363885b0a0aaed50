package dev.octavo.onnx.evidence;

import dev.octavo.core.ModelException;
import dev.octavo.onnx.Scratch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * What stands around a payload in a file: eight letters that name the kind, a version, the length, a CRC-32C.
 *
 * @param magic eight letters
 * @param version the one version that this program writes and reads
 * @param what what to call such a file in a message, such as "an evidence file"
 */
record Frame(String magic, int version, String what) {
    private static final int HEADER = 8 + 4 + 8 + 4;

    byte[] wrap(byte[] payload) {
        ByteSink sink = new ByteSink();
        sink.raw(magic.getBytes(StandardCharsets.US_ASCII));
        sink.fixed32(version);
        sink.fixed64(payload.length);
        sink.fixed32(crc(payload));
        sink.raw(payload);
        return sink.toBytes();
    }

    /** Checks the frame and has the payload read; {@code name} is the file in the message. */
    <T> T unwrap(byte[] file, String name, Function<ByteSource, T> reader) {
        try {
            ByteSource source = new ByteSource(payload(file));
            T value = reader.apply(source);
            source.end();
            return value;
        } catch (ByteSource.Damaged | IllegalArgumentException | ArithmeticException e) {
            throw new ModelException(
                    name + " is not " + what + " that can be used: " + e.getMessage(),
                    "delete it and collect the evidence again",
                    e);
        }
    }

    private byte[] payload(byte[] file) {
        byte[] letters = magic.getBytes(StandardCharsets.US_ASCII);
        if (file.length < HEADER || !Arrays.equals(Arrays.copyOf(file, 8), letters)) {
            throw new ByteSource.Damaged("it does not begin with " + magic);
        }
        ByteSource header = new ByteSource(Arrays.copyOfRange(file, 8, HEADER));
        int found = header.fixed32();
        if (found != version) {
            throw new ByteSource.Damaged("it has the format version " + found + ", this program reads " + version);
        }
        long length = header.fixed64();
        byte[] payload = Arrays.copyOfRange(file, HEADER, file.length);
        if (length != payload.length) {
            throw new ByteSource.Damaged("it has " + payload.length + " bytes, its header says " + length);
        }
        if (header.fixed32() != crc(payload)) {
            throw new ByteSource.Damaged("its check sum is wrong");
        }
        return payload;
    }

    private static int crc(byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload);
        return (int) crc.getValue();
    }

    /** Writes a file that is seen whole or not at all. */
    static void write(byte[] bytes, Path target) {
        Path file = target.toAbsolutePath();
        try {
            Path folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Path beside = Scratch.beside(file);
            try {
                Files.write(beside, bytes);
                move(beside, file);
            } finally {
                Scratch.remove(beside);
            }
        } catch (IOException e) {
            throw new ModelException(
                    target + " cannot be written: " + e,
                    "check the folder, its permissions and the room on the disk",
                    e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new ModelException("there is no file " + file, "check the path", e);
        } catch (IOException | OutOfMemoryError e) {
            throw new ModelException(file + " cannot be read: " + e, "check the file and its permissions", e);
        }
    }
}
