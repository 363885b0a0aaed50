package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The files that a model is written to: itself and perhaps its data file. Both are written aside and
 * moved into place when they are whole; closing removes what was not moved.
 */
final class TargetFiles implements AutoCloseable {
    private static final int CHUNK = 1 << 24;

    private final Path model;
    private final Path data;
    private final Path modelAside;
    private final Path dataAside;
    private final Path dataBefore;

    private TargetFiles(Path model) throws IOException {
        this.model = model;
        this.data = model.resolveSibling(model.getFileName() + ".data");
        this.modelAside = Scratch.beside(model);
        this.dataAside = Scratch.beside(data);
        this.dataBefore = model.resolveSibling(model.getFileName() + ".data.before." + UUID.randomUUID());
    }

    /** Checks that the model can be written there. */
    static TargetFiles prepare(Path target) {
        try {
            // Writing through a link changes the file, not the link.
            Path file = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
            Path folder = file.getParent();
            if (folder == null || Files.isDirectory(file)) {
                throw new ModelException(
                        "cannot write the model to " + target + ": that is a folder",
                        "name a file, such as " + target.resolve("model.onnx"));
            }
            if (!Files.isDirectory(folder)) {
                throw new ModelException(
                        "cannot write the model to " + target + ": there is no folder " + folder,
                        "make it: mkdir -p " + folder);
            }
            TargetFiles files = new TargetFiles(file);
            requireReplaceable(file);
            requireReplaceable(files.data);
            return files;
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    private static void requireReplaceable(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        if (!Files.isRegularFile(file)) {
            throw new ModelException(
                    "cannot write to " + file + ": that is not an ordinary file", "choose another name");
        }
        if (!Files.isWritable(file) || isMarkedReadOnly(file)) {
            throw new ModelException(
                    "cannot write to " + file + ": the file is read-only", "choose another name, or make it writable");
        }
    }

    // The superuser may write anything, but a file without any write permission is protected on purpose.
    private static boolean isMarkedReadOnly(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return false;
        }
        Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
        return !granted.contains(PosixFilePermission.OWNER_WRITE)
                && !granted.contains(PosixFilePermission.GROUP_WRITE)
                && !granted.contains(PosixFilePermission.OTHERS_WRITE);
    }

    /** What to call the model in a message. */
    String name() {
        return model.toString();
    }

    /** The name of the data file, relative to the model's folder. */
    String dataName() {
        return String.valueOf(data.getFileName());
    }

    /** Writes both files, the data file only if anything lies in it. */
    void write(ModelProto proto, List<Placement.Piece> pieces) {
        try {
            if (!pieces.isEmpty()) {
                writeData(pieces);
            }
            try (OutputStream out = Files.newOutputStream(modelAside, StandardOpenOption.CREATE_NEW)) {
                proto.writeTo(out);
            }
            if (pieces.isEmpty()) {
                move(modelAside, model);
            } else {
                moveBoth();
            }
        } catch (IOException e) {
            throw failed(model, e);
        }
    }

    // Should the model not get into its place, the old model needs its old data back.
    private void moveBoth() throws IOException {
        boolean hadData = Files.exists(data);
        if (hadData) {
            move(data, dataBefore);
        }
        try {
            move(dataAside, data);
            move(modelAside, model);
        } catch (IOException e) {
            if (hadData) {
                move(dataBefore, data);
            }
            throw e;
        }
        Files.deleteIfExists(dataBefore);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void writeData(List<Placement.Piece> pieces) throws IOException {
        try (FileChannel out = FileChannel.open(dataAside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (Placement.Piece piece : pieces) {
                out.position(piece.offset());
                Storage bytes = piece.bytes();
                for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
                    ByteBuffer chunk = bytes.slice(at, (int) Math.min(CHUNK, bytes.byteSize() - at));
                    while (chunk.hasRemaining()) {
                        out.write(chunk);
                    }
                }
            }
        }
    }

    private static ModelException failed(Path target, IOException e) {
        String why = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.toString();
        return new ModelException(
                "cannot write the model to " + target + ": " + why,
                "check the permissions and the free space of the folder",
                e);
    }

    @Override
    public void close() {
        try {
            Scratch.remove(modelAside);
            Scratch.remove(dataAside);
        } catch (IOException e) {
            throw failed(model, e);
        }
    }
}
