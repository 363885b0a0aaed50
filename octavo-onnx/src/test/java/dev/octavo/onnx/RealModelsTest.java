package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs over the models in the folder {@code $OCTAVO_DATA}, if there is one. */
class RealModelsTest {
    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyModelComesBackByteForByte() throws IOException {
        return models().stream()
                .map(model -> dynamicTest(model.getFileName().toString(), () -> {
                    byte[] before = Files.readAllBytes(model);
                    Path copy = folder.resolve(model.getFileName());

                    OnnxWriter.write(OnnxReader.read(model), copy);

                    assertThat(Files.readAllBytes(copy)).isEqualTo(before);
                    assertThat(OnnxWriter.toBytes(OnnxReader.read(before, Optional.empty())))
                            .isEqualTo(before);
                }));
    }

    private static List<Path> models() throws IOException {
        String data = System.getenv("OCTAVO_DATA");
        if (data == null || !Files.isDirectory(Path.of(data))) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(Path.of(data))) {
            return files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
        }
    }
}
