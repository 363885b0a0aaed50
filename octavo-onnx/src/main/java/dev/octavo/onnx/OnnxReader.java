package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads ONNX models into graphs. Everything that a graph does not model is carried, so that {@link
 * OnnxWriter} writes it back. Weights are not copied: they stay in the bytes of the file, or in the mapped
 * files of external data. Whatever is wrong with a file, the result is one {@link ModelException}.
 */
public final class OnnxReader {
    private static final String DAMAGED = "get the file again, it is cut off or damaged";

    private OnnxReader() {}

    /** The model in a file, with its external data in the same folder. */
    public static Graph read(Path file) {
        Broken broken = new Broken(String.valueOf(file.getFileName()));
        if (!Files.exists(file)) {
            throw new ModelException("there is no file " + file, "check the path");
        }
        if (!Files.isRegularFile(file)) {
            throw new ModelException(
                    file + " is not a file" + (Files.isDirectory(file) ? " but a folder" : ""),
                    "name the model's file");
        }
        return read(broken, bytes(file), folders(file));
    }

    /** The model in these bytes, which must not change any more. */
    public static Graph read(byte[] model, Optional<Path> externalDataFolder) {
        return read(
                new Broken("the model"),
                UnsafeByteOperations.unsafeWrap(model),
                externalDataFolder.stream().toList());
    }

    private static Graph read(Broken broken, ByteString bytes, List<Path> folders) {
        ModelProto model = parse(broken, bytes);
        return new GraphDecoder(broken, new ExternalData(broken, folders), model.getGraph()).decode(model);
    }

    // A model cache keeps links in one folder to files in another: data beside the linked model is its own.
    private static List<Path> folders(Path file) {
        try {
            return Stream.of(file.toAbsolutePath(), file.toRealPath())
                    .flatMap(f -> Stream.ofNullable(f.getParent()))
                    .toList();
        } catch (IOException e) {
            throw new ModelException(file + " cannot be found: " + e.getMessage(), "check the path", e);
        }
    }

    private static ByteString bytes(Path file) {
        try {
            long size = Files.size(file);
            if (size > Integer.MAX_VALUE) {
                throw new ModelException(
                        file + " has " + size + " bytes, an ONNX file has at most " + Integer.MAX_VALUE,
                        "save the model with external data");
            }
            return UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file));
        } catch (OutOfMemoryError e) {
            throw new ModelException(
                    file + " does not fit into the memory that Java has, which is "
                            + (Runtime.getRuntime().maxMemory() >> 20) + " MB",
                    "give it more (java -Xmx…), or save the model with external data, which needs none",
                    e);
        } catch (AccessDeniedException e) {
            throw new ModelException(file + " may not be read", "check its permissions", e);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), "check the disk", e);
        }
    }

    private static ModelProto parse(Broken broken, ByteString bytes) {
        Optional<ModelException> other = FileKind.of(bytes).map(kind -> kind.refusal(broken.model()));
        if (bytes.isEmpty()) {
            throw new ModelException(broken.model() + " is not an ONNX model: it is empty", DAMAGED);
        }
        ModelProto model;
        try {
            CodedInputStream in = bytes.newCodedInput();
            in.enableAliasing(true);
            model = ModelProto.parseFrom(in);
        } catch (InvalidProtocolBufferException e) {
            throw other.orElseGet(() ->
                    new ModelException(broken.model() + " is not a valid ONNX model: " + e.getMessage(), DAMAGED, e));
        } catch (IOException e) {
            throw new ModelException(broken.model() + " cannot be read: " + e.getMessage(), DAMAGED, e);
        }
        if (!model.hasGraph()) {
            throw other.orElseGet(
                    () -> new ModelException(broken.model() + " is not an ONNX model: it holds no graph", DAMAGED));
        }
        return model;
    }
}
