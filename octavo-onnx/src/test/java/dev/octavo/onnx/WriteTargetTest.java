package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteTargetTest {
    @TempDir
    Path folder;

    private final Graph graph = GraphText.parse("x[1,4] -> Relu -> y");

    @Test
    void replacesAFileWhole() throws IOException {
        Path file = Files.writeString(folder.resolve("m.onnx"), "old");
        OnnxWriter.write(graph, file);

        assertThat(Files.readAllBytes(file)).isEqualTo(OnnxWriter.toBytes(graph));
        assertThat(files()).containsExactly("m.onnx");
    }

    @Test
    void refusesTargetsThatAreNoPlainFile() {
        refuses(folder, "that is a folder");
        refuses(folder.resolve("no/m.onnx"), "there is no folder");
        refuses(Path.of("/dev/null"), "not an ordinary file");
    }

    @Test
    void refusesAFileThatIsReadOnly() throws IOException {
        Path file = Files.writeString(folder.resolve("m.onnx"), "precious");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));

        refuses(file, "the file is read-only");
        assertThat(file).hasContent("precious");
    }

    @Test
    void leavesEverythingAsItWasWhenATensorCannotBeRead() throws IOException {
        Path file = Files.writeString(folder.resolve("m.onnx"), "old");
        Files.writeString(folder.resolve("m.onnx.data"), "old data");
        graph.addConstant("w", Tensor.of(DType.FLOAT, Shape.of(4), new Unreadable()));

        assertThatThrownBy(() -> OnnxWriter.write(graph, file, WriteOptions.externalData(1)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> OnnxWriter.write(graph, file)).isInstanceOf(IllegalStateException.class);

        assertThat(file).hasContent("old");
        assertThat(folder.resolve("m.onnx.data")).hasContent("old data");
        assertThat(files()).containsExactly("m.onnx", "m.onnx.data");
    }

    @Test
    void writesThroughALink() throws IOException {
        Path file = Files.writeString(folder.resolve("m.onnx"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), file);
        OnnxWriter.write(graph, link);

        assertThat(link).isSymbolicLink();
        assertThat(Files.readAllBytes(file)).isEqualTo(OnnxWriter.toBytes(graph));
    }

    private void refuses(Path target, String message) {
        assertThatThrownBy(() -> OnnxWriter.write(graph, target))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(f -> String.valueOf(f.getFileName())).sorted().toList();
        }
    }

    private static final class Unreadable implements Storage {
        @Override
        public long byteSize() {
            return 16;
        }

        @Override
        public ByteBuffer slice(long offset, int length) {
            throw new IllegalStateException("the disk is gone");
        }
    }
}
