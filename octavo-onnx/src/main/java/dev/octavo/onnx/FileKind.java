package dev.octavo.onnx;

import com.google.protobuf.ByteString;
import dev.octavo.core.ModelException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a file that is no ONNX model seems to be, judged by its first bytes.
 *
 * @param seen what was found
 * @param fix what to do about it
 */
record FileKind(String seen, String fix) {
    private static final int LOOKED_AT = 64;
    private static final String EXPORT = "export it to ONNX, and name the .onnx file";

    /** The kind of a file that is surely, or if parsing fails probably, no ONNX model. */
    static Optional<FileKind> of(ByteString bytes) {
        ByteString head = bytes.substring(0, Math.min(LOOKED_AT, bytes.size()));
        String latin = head.toString(StandardCharsets.ISO_8859_1);
        if (latin.startsWith("version https://git-lfs")) {
            return found("it is a Git LFS pointer, the model itself was not fetched", "fetch it: git lfs pull");
        } else if (latin.startsWith("PK\003\004")) {
            return found("it is a zip archive, as PyTorch and Keras save", EXPORT);
        } else if (latin.startsWith("\u0089HDF")) {
            return found("it is an HDF5 file, as Keras saves", EXPORT);
        } else if (latin.startsWith("\u001f\u008b")) {
            return found("it is compressed with gzip", "unpack it: gunzip");
        } else if (latin.startsWith("TFL3", 4)) {
            return found("it is a TensorFlow Lite model", EXPORT);
        } else if (latin.startsWith("ORTM", 4)) {
            return found("it is in ONNX Runtime's own .ort format", "use the .onnx file that it was made from");
        } else if (latin.startsWith("\u0080\002") || latin.startsWith("\u0080\004")) {
            return found("it is a Python pickle, as older PyTorch saves", EXPORT);
        } else if (!latin.isEmpty() && latin.chars().allMatch(FileKind::isText)) {
            String line = latin.strip().lines().findFirst().orElse("");
            return found("it begins with text " + quotedStart(line), "name the .onnx file");
        }
        return Optional.empty();
    }

    private static String quotedStart(String line) {
        return "\"" + (line.length() > 40 ? line.substring(0, 40) : line) + "…\"";
    }

    private static boolean isText(int c) {
        return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
    }

    private static Optional<FileKind> found(String seen, String fix) {
        return Optional.of(new FileKind(seen, fix));
    }

    /** The exception that tells it. */
    ModelException refusal(String model) {
        return new ModelException(model + " is not an ONNX model: " + seen, fix);
    }
}
