package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.octavo.core.testing.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs over all models in the real data, if that is there. */
class RealModelsTest {
    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyModelComesBackByteForByte() throws IOException {
        return models().stream()
                .map(model -> dynamicTest(String.valueOf(model.getFileName()), () -> {
                    byte[] before = Files.readAllBytes(model);
                    Path copy = folder.resolve("copy.onnx");

                    OnnxWriter.write(OnnxReader.read(model), copy);

                    assertThat(Files.readAllBytes(copy)).isEqualTo(before);
                    assertThat(OnnxWriter.toBytes(OnnxReader.read(before, Optional.empty())))
                            .isEqualTo(before);
                }));
    }

    private static List<Path> models() throws IOException {
        Optional<Path> data = RealData.folder("");
        if (data.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(data.get())) {
            return files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
        }
    }
}
