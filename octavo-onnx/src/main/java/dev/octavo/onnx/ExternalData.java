package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.Message;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The files beside a model that hold its big tensors. A tensor names its file relative to the model's
 * folder; whatever would leave that folder is refused, for a model is not trusted to read elsewhere.
 */
final class ExternalData {
    private final Broken broken;
    private final Optional<Path> folder;
    private final Map<String, MappedFile> files = new HashMap<>();

    ExternalData(Broken broken, Optional<Path> folder) {
        this.broken = broken;
        this.folder = folder;
    }

    /** A tensor that lies in these files. */
    Optional<Tensor> decode(TensorProto t) {
        return new TensorDecoder(broken, this).decode(t);
    }

    static boolean isExternal(TensorProto t) {
        return t.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
    }

    /** The bytes of a tensor that is stored externally. */
    Storage find(TensorProto t, long expectedBytes) {
        String who = "the tensor " + Broken.quoted(t.getName());
        String location = "";
        long offset = 0;
        long length = -1;
        for (StringStringEntryProto e : t.getExternalDataList()) {
            switch (e.getKey()) {
                case "location" -> location = e.getValue();
                case "offset" -> offset = number(who, e);
                case "length" -> length = number(who, e);
                default -> {} // a checksum, or a key of a later ONNX
            }
        }
        MappedFile file = open(who, location);
        if (length < 0) {
            length = expectedBytes;
        }
        if (length != expectedBytes) {
            throw broken.because(
                    who + " takes " + expectedBytes + " bytes, its entry says " + length + " in " + location);
        }
        if (offset > file.byteSize() || length > file.byteSize() - offset) {
            throw broken.because(
                    who + " lies at bytes " + offset + " to " + offset + " + " + length + " of " + location
                            + ", which has only " + file.byteSize(),
                    "copy " + location + " again, it is cut off or belongs to another model");
        }
        return file.part(offset, length);
    }

    private long number(String who, StringStringEntryProto e) {
        try {
            long n = Long.parseLong(e.getValue());
            if (n >= 0) {
                return n;
            }
        } catch (NumberFormatException notANumber) {
            // reported below, as a negative number is
        }
        throw broken.because(who + " has the external data " + e.getKey() + " " + Broken.quoted(e.getValue())
                + ", expected a whole number >= 0");
    }

    private synchronized MappedFile open(String who, String location) {
        MappedFile known = files.get(location);
        if (known != null) {
            return known;
        }
        Path path = resolve(who, location);
        try {
            MappedFile file = MappedFile.open(path);
            files.put(location, file);
            return file;
        } catch (IOException e) {
            throw broken.because(
                    "the external data file " + path + " cannot be read: " + e.getMessage(),
                    "check the permissions of " + path);
        }
    }

    private Path resolve(String who, String location) {
        if (folder.isEmpty()) {
            throw broken.because(
                    who + " is stored in the file " + Broken.quoted(location) + ", but the model came as bytes",
                    "read the model from its file, or name the folder of its external data");
        }
        if (location.isEmpty()) {
            throw broken.because(who + " is stored externally, but names no file");
        }
        String rule = "external data must lie in the folder of the model: move the file there and correct the entry";
        try {
            Path base = folder.get().toRealPath();
            Path relative = Path.of(location);
            if (relative.isAbsolute() || !base.resolve(relative).normalize().startsWith(base)) {
                throw broken.because(who + " is stored in " + Broken.quoted(location) + ", outside of " + base, rule);
            }
            Path path = base.resolve(relative).normalize();
            if (!Files.exists(path)) {
                throw broken.because(
                        who + " is stored in the file " + path + ", which does not exist",
                        "copy " + relative.getFileName() + " into the folder of the model");
            }
            if (!path.toRealPath().startsWith(base)) {
                throw broken.because(who + " is stored in " + path + ", a link that leads outside of " + base, rule);
            }
            if (!Files.isRegularFile(path)) {
                throw broken.because(who + " is stored in " + path + ", which is not a file");
            }
            return path;
        } catch (InvalidPathException e) {
            throw broken.because(who + " names the impossible file " + Broken.quoted(location));
        } catch (IOException e) {
            throw broken.because(
                    "the external data file " + Broken.quoted(location) + " cannot be found: " + e.getMessage(),
                    "check the folder " + folder.get());
        }
    }

    /** Whether a tensor somewhere inside a message is stored externally. */
    static boolean isUsedBy(Message m) {
        if (m instanceof TensorProto t) {
            return isExternal(t);
        }
        for (Object field : m.getAllFields().values()) {
            if (field instanceof Message inner && isUsedBy(inner)) {
                return true;
            }
            if (field instanceof List<?> list) {
                for (Object element : list) {
                    if (element instanceof Message inner && isUsedBy(inner)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** The message with every externally stored tensor inside it replaced. */
    @SuppressWarnings("unchecked") // a builder builds what it came from
    static <M extends Message> M replaceIn(M m, UnaryOperator<TensorProto> replacement) {
        if (!isUsedBy(m)) {
            return m;
        }
        if (m instanceof TensorProto t) {
            return (M) replacement.apply(t);
        }
        Message.Builder b = m.toBuilder();
        m.getAllFields().forEach((field, content) -> {
            if (content instanceof Message inner) {
                b.setField(field, replaceIn(inner, replacement));
            } else if (content instanceof List<?> list) {
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof Message inner) {
                        b.setRepeatedField(field, i, replaceIn(inner, replacement));
                    }
                }
            }
        });
        return (M) b.build();
    }
}
