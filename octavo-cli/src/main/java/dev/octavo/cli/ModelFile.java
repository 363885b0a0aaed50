package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.lidar.pipeline.DetectorModel;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.onnx.Scratch;
import dev.octavo.onnx.plan.PlanCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Optional;

/** Reads models and writes results so that nothing half-written is ever left. */
final class ModelFile {
    private ModelFile() {}

    /** The graph in a file; of a detector for point clouds its dense part. */
    static Graph read(Path file) {
        if (!Files.exists(file)) {
            throw new ModelException("there is no file " + file, "check the path of the model");
        }
        if (DetectorFlags.isDetector(file)) {
            return DetectorModel.read(file).dense();
        }
        return OnnxReader.read(file);
    }

    /** The text of a file. */
    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ModelException("cannot read " + file, "check the path", e);
        }
    }

    /** Refuses an output that is one of the inputs, or that cannot be written where it is to be. */
    static void requireWritable(Path output, Collection<Path> inputs) {
        Path folder = output.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new ModelException(
                    "cannot write " + output + ": there is no folder " + folder,
                    "make it (mkdir -p " + folder + "), or give another name with -o");
        }
        if (Files.isDirectory(output)) {
            throw new ModelException("cannot write " + output + ": that is a folder", "give another name with -o");
        }
        try {
            for (Path input : inputs) {
                if (Files.exists(output) && Files.exists(input) && Files.isSameFile(output, input)) {
                    throw new ModelException(
                            "the output " + output + " is the input " + input,
                            "give another name with -o: the input is kept");
                }
            }
            Path probe = Scratch.beside(output);
            Files.createFile(probe);
            Scratch.remove(probe);
        } catch (IOException e) {
            throw failed(output, e);
        }
    }

    private static ModelException failed(Path target, IOException e) {
        String why = e instanceof AccessDeniedException
                ? "permission denied"
                : e instanceof FileSystemException f && f.getReason() != null
                        ? f.getReason()
                        : String.valueOf(e.getMessage());
        return new ModelException(
                "cannot write " + target + ": " + why,
                "check the permissions and the free space of its folder, or give another name with -o",
                e);
    }

    /** Writes a text aside and renames it into place. */
    static void write(Path target, String text) {
        write(target, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes aside and renames them into place. */
    static void write(Path target, byte[] bytes) {
        try {
            Path aside = Scratch.beside(target);
            try {
                Files.write(aside, bytes);
                move(aside, target);
            } finally {
                Scratch.remove(aside);
            }
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /** Deletes a file if it is there; what is in the way is added to the failure that made it necessary. */
    static void delete(Path file, RuntimeException failure) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The plan beside a quantized model, if there is one. */
    static Optional<Plan> plan(Path model) {
        return Optional.of(beside(model, ".plan.json")).filter(Files::exists).map(f -> PlanCodec.read(text(f)));
    }

    /** {@code model.int8.onnx} and {@code .plan.json} give {@code model.int8.plan.json}. */
    static Path beside(Path model, String extension) {
        String name = String.valueOf(model.getFileName());
        String stem = name.endsWith(".onnx") ? name.substring(0, name.length() - 5) : name;
        return model.resolveSibling(stem + extension);
    }
}
