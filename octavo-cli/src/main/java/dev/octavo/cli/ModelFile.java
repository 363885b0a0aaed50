package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.onnx.OnnxReader;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Reads models and writes results so that nothing half-written is ever left. */
final class ModelFile {
    private ModelFile() {}

    /** The graph in a file. */
    static Graph read(Path file) {
        if (!Files.exists(file)) {
            throw new ModelException("there is no file " + file, "check the path of the model");
        }
        return OnnxReader.read(file);
    }

    /** Refuses an output that is the input, or whose folder is missing or cannot be written to. */
    static void requireWritable(Path output, Path input) {
        Path folder = output.toAbsolutePath().getParent();
        try {
            if (Files.exists(output) && Files.isSameFile(output, input)) {
                throw new ModelException(
                        "the output " + output + " is the input", "give another name with -o: the float model is kept");
            }
        } catch (IOException e) {
            throw new ModelException("cannot look at " + output + ": " + e.getMessage(), "check the path", e);
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new ModelException("there is no folder " + folder, "make it, or give another name with -o");
        }
        if (!Files.isWritable(folder) || Files.isDirectory(output)) {
            throw new ModelException(
                    "cannot write " + output, "make its folder writable, or give another name with -o");
        }
    }

    /** Writes a text aside and renames it into place. */
    static void write(Path target, String text) {
        Path aside = target.resolveSibling(
                target.getFileName() + ".tmp" + ProcessHandle.current().pid());
        try {
            Files.writeString(aside, text);
            try {
                Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(aside, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            try {
                Files.deleteIfExists(aside);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw new ModelException(
                    "cannot write " + target + ": " + e.getMessage(),
                    "check the disk's space and the folder's rights",
                    e);
        }
    }

    /** {@code model.int8.onnx} and {@code .plan.json} give {@code model.int8.plan.json}. */
    static Path beside(Path model, String extension) {
        String name = String.valueOf(model.getFileName());
        String stem = name.endsWith(".onnx") ? name.substring(0, name.length() - 5) : name;
        return model.resolveSibling(stem + extension);
    }
}
