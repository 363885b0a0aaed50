package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
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
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The files beside a model that hold its big tensors. A tensor names its file relative to the model's
 * folder; whatever would leave that folder is refused, for a model is not trusted to read elsewhere.
 */
final class ExternalData {
    private static final String STAY_INSIDE =
            "external data must lie in the folder of the model: move the file there and correct the entry";

    private final Broken broken;
    private final List<Path> folders;
    private final Map<String, MappedFile> files = new HashMap<>();

    /**
     * @param folders the model's folder and, when the model is a link, the one that it leads to; empty for a
     *     model that came as bytes
     */
    ExternalData(Broken broken, List<Path> folders) {
        this.broken = broken;
        this.folders = List.copyOf(folders);
    }

    /** For tensors that are known to lie in the model itself. */
    static ExternalData none() {
        return new ExternalData(new Broken("the model"), List.of());
    }

    /** A tensor that lies in these files, or in the proto itself. */
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
            throw broken.because(who + " takes " + expectedBytes + " bytes, its entry says " + length + " in "
                    + Broken.quoted(location));
        }
        if (offset > file.byteSize() || length > file.byteSize() - offset) {
            throw broken.because(
                    who + " takes " + length + " bytes from " + offset + " of " + Broken.quoted(location)
                            + ", which has only " + file.byteSize(),
                    "copy the file again, it is cut off or belongs to another model");
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
        String there = who + " is stored in the file " + Broken.quoted(location);
        if (folders.isEmpty()) {
            throw broken.because(
                    there + ", but the model came as bytes",
                    "read the model from its file, or name the folder of its external data");
        }
        if (location.isEmpty()) {
            throw broken.because(who + " is stored externally, but names no file");
        }
        try {
            Path base = folders.get(0).toRealPath();
            Path relative = Path.of(location);
            Path path = base.resolve(relative).normalize();
            if (relative.isAbsolute() || !path.startsWith(base)) {
                throw broken.because(there + " outside of the folder " + base, STAY_INSIDE);
            }
            if (!Files.exists(path)) {
                throw broken.because(
                        there + ", which does not exist",
                        "copy " + relative.getFileName() + " into the folder " + base);
            }
            if (!isInside(path.toRealPath())) {
                throw broken.because(there + ", a link that leads outside of the folder " + base, STAY_INSIDE);
            }
            if (!Files.isRegularFile(path)) {
                throw broken.because(there + ", which is not a file");
            }
            return path;
        } catch (InvalidPathException e) {
            throw broken.because(there + ", which is no possible name of a file");
        } catch (IOException e) {
            throw broken.because(there + ", which cannot be found: " + e, "check the folder " + folders.get(0));
        }
    }

    private boolean isInside(Path real) throws IOException {
        for (Path folder : folders) {
            if (real.startsWith(folder.toRealPath())) {
                return true;
            }
        }
        return false;
    }

    /** Visits every tensor inside a message. */
    static void forEachTensor(Message m, Consumer<TensorProto> visitor) {
        if (m instanceof TensorProto t) {
            visitor.accept(t);
            return;
        }
        m.getAllFields().forEach((field, content) -> {
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                List<?> messages = field.isRepeated() ? (List<?>) content : List.of(content);
                messages.forEach(inner -> forEachTensor((Message) inner, visitor));
            }
        });
    }

    private static boolean isUsedBy(Message m) {
        boolean[] used = {false};
        forEachTensor(m, t -> used[0] |= isExternal(t));
        return used[0];
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
