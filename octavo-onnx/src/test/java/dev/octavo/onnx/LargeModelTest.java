package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models beyond 2 GB, in a heap of 1 GB. */
@Tag("slow")
class LargeModelTest {
    private static final long ELEMENTS = 700_000_000;
    private static final long BYTES = 4 * ELEMENTS;

    @TempDir
    Path folder;

    @Test
    void aTensorBeyondTwoGigabytesIsReadAndWritten() throws IOException {
        assertThat(Runtime.getRuntime().maxMemory()).isLessThan(BYTES);
        Path file = Files.write(folder.resolve("big.onnx"), modelOver("big.bin").toByteArray());
        try (RandomAccessFile data =
                new RandomAccessFile(folder.resolve("big.bin").toFile(), "rw")) {
            data.setLength(BYTES);
            data.seek(BYTES - 4);
            data.write(new byte[] {0, 0, (byte) 0x80, 0x3f}); // 1.0f
        }

        Path copy = folder.resolve("copy.onnx");
        OnnxWriter.write(OnnxReader.read(file), copy);

        assertThat(folder.resolve("copy.onnx.data")).hasSize(BYTES);
        Storage read =
                OnnxReader.read(copy).require("w").constant().orElseThrow().storage();
        assertThat(read.slice(BYTES - 8, 8).getFloat(4)).isEqualTo(1);
        assertThat(read.slice(1L << 30, 4).getFloat()).isZero();
    }

    @Test
    void aModelBeyondTwoGigabytesGetsADataFile() throws IOException {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y");
        for (int i = 0; i < 3; i++) {
            g.addConstant("w" + i, Tensor.of(DType.FLOAT, Shape.of(ELEMENTS / 3), new Repeated(ELEMENTS / 3 * 4)));
        }
        Path file = folder.resolve("big.onnx");

        OnnxWriter.write(g, file);

        assertThat(Files.size(file)).isLessThan(1000);
        assertThat(Fingerprint.of(OnnxReader.read(file))).isEqualTo(Fingerprint.of(g));
    }

    private static ModelProto modelOver(String location) {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder()
                .addInitializer(Models.tensor("w", 1, ELEMENTS)
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(Models.entry("location", location)));
        return m.build();
    }

    /** So many bytes, made when they are read. */
    private record Repeated(long byteSize) implements Storage {
        @Override
        public ByteBuffer slice(long offset, int length) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) ((offset + i) % 251);
            }
            return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
