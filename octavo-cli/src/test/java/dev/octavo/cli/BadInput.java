package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.cli.Octavo.Ran;
import dev.octavo.core.graph.Graph;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.tasks.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is wrong with what a user gives: the exit code, what and where, how to mend it, and nothing half-written.
 */
abstract class BadInput {
    @TempDir
    Path folder;

    Path model;
    Path data;
    Path out;
    Path output;

    @BeforeEach
    void giveAModelAndData() throws IOException {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        data = Octavo.pictures(folder.resolve("pictures"), 8, 48);
        out = Files.createDirectory(folder.resolve("out"));
        output = out.resolve("model.int8.onnx");
    }

    @AfterEach
    void nothingStrangeIsLeft() {
        assertThat(Octavo.names(out)).noneMatch(n -> n.endsWith(".part"));
    }

    Ran quantize(Path network, Path pictures, Object... more) {
        List<Object> args = new ArrayList<>(
                List.of("quantize", network, "--data", pictures, "--objective", "size", "--range", "min-max"));
        args.addAll(Arrays.asList(more));
        if (!args.contains("-o")) {
            args.addAll(List.of("-o", output));
        }
        return Octavo.run(args.toArray());
    }

    void leavesNothing() {
        assertThat(Octavo.names(out)).isEmpty();
    }

    Path recipe(String text) throws IOException {
        return Files.writeString(folder.resolve("recipe.yaml"), text);
    }

    Path write(Graph graph, String name) {
        Path file = folder.resolve(name);
        OnnxWriter.write(graph, file);
        return file;
    }
}
