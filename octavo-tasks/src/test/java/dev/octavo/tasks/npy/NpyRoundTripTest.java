package dev.octavo.tasks.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyRoundTripTest {
    private static final List<DType> TYPES = List.of(
            DType.FLOAT,
            DType.DOUBLE,
            DType.FLOAT16,
            DType.UINT8,
            DType.INT8,
            DType.INT16,
            DType.UINT16,
            DType.INT32,
            DType.UINT32,
            DType.INT64,
            DType.UINT64,
            DType.BOOL);

    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatIsWrittenIsRead(long seed) throws IOException {
        Random random = new Random(seed);
        Map<String, Tensor> arrays = new TreeMap<>();
        for (int i = 0; i < 8; i++) {
            Tensor t = any(random);
            Path file = temp.resolve("a" + i + ".npy");
            NpyWriter.write(file, t);
            assertThat(NpyReader.read(file)).isEqualTo(t);
            assertThat(NpyReader.read(ByteBuffer.wrap(Files.readAllBytes(file)), "a"))
                    .isEqualTo(t);
            arrays.put("group/a" + i, t);
        }
        Path npz = temp.resolve("all.npz");
        NpyWriter.writeAll(npz, arrays);
        assertThat(NpyReader.readAll(npz)).isEqualTo(arrays);
        Path again = temp.resolve("again.npz");
        NpyWriter.writeAll(again, arrays);
        assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(npz));
    }

    @Test
    void aMappedArrayIsReadInSlices() throws IOException {
        float[] numbers = new float[100_000];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        Path file = temp.resolve("large.npy");
        NpyWriter.write(file, Tensor.ofFloats(Shape.of(1000, 100), numbers));
        Storage mapped = NpyReader.read(file).storage();
        assertThat(mapped.slice(4L * 99_999, 4).getFloat()).isEqualTo(99_999f);
        assertThat(mapped.slice(400_000, 0).remaining()).isZero();
        assertThatThrownBy(() -> mapped.slice(399_999, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mapped.slice(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aMappedSliceMayCrossWindows() throws IOException {
        // A sparse file: it takes no room on disk. The window border lies at 2^30 bytes of data.
        Path file = temp.resolve("sparse.npy");
        long bytes = (3L << 30) + 5;
        try (var out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.write(header("'descr': '|u1', 'fortran_order': False, 'shape': (" + bytes + ",)"));
            long start = out.position();
            out.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), start + (2L << 30) - 2);
            out.write(ByteBuffer.wrap(new byte[] {9}), start + bytes - 1);
        }
        Storage mapped = NpyReader.read(file).storage();
        assertThat(mapped.byteSize()).isEqualTo(bytes);
        assertThat(mapped.slice((2L << 30) - 2, 4).getInt()).isEqualTo(0x04030201);
        assertThat(mapped.slice(bytes - 1, 1).get()).isEqualTo((byte) 9);
        ByteBuffer whole = mapped.slice((1L << 30) + 7, (1 << 30) + 100);
        assertThat(whole.getInt((1 << 30) - 9)).isEqualTo(0x04030201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)",
                "'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999999, 999999999999999999)",
                "'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904)",
                "'descr': '<f4', 'fortran_order': False, 'shape': (-1, 3)",
                "'descr': '<f4', 'fortran_order': False, 'shape': (a,)",
                "'descr': '<c16', 'fortran_order': False, 'shape': (2,)",
                "'descr': '<f3', 'fortran_order': False, 'shape': (2,)",
                "'descr': '', 'fortran_order': False, 'shape': (2,)",
                "'descr': 'f', 'fortran_order': False, 'shape': (2,)",
                "'fortran_order': False, 'shape': (2,)",
                "'descr': '<f4', 'shape': (2,)",
                "'descr': '<f4', 'fortran_order': False",
            })
    void refusesWhatCannotBe(String header) {
        assertThatThrownBy(() -> NpyReader.read(header(header), "bad.npy"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("bad.npy");
    }

    @Test
    void refusesMissingAndEmptyFiles() throws IOException {
        assertThatThrownBy(() -> NpyReader.read(temp.resolve("none.npy"))).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> NpyReader.readAll(temp.resolve("none.npz"))).isInstanceOf(ModelException.class);
        Path empty = Files.createFile(temp.resolve("empty.npy"));
        assertThatThrownBy(() -> NpyReader.read(empty)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> NpyReader.readAll(empty)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> NpyReader.read(temp)).isInstanceOf(ModelException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c_f4.npy", "fortran_f4.npy", "big_fortran_i8.npy", "record.npy"})
    void damagedArraysAreRefusedOrRead(String name) throws IOException {
        byte[] whole = Golden.bytes("numpy/" + name);
        Random random = new Random(name.hashCode());
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = Arrays.copyOf(whole, whole.length - (round % 5 == 0 ? random.nextInt(whole.length) : 0));
            for (int k = random.nextInt(3); k >= 0 && damaged.length > 0; k--) {
                damaged[random.nextInt(Math.min(damaged.length, 128))] = (byte) random.nextInt(128);
            }
            try {
                Tensor t = NpyReader.read(ByteBuffer.wrap(damaged), name);
                assertThat(t.storage().byteSize()).isLessThanOrEqualTo(damaged.length);
            } catch (ModelException e) {
                assertThat(e).hasMessageContaining(name);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "deflated.npz"})
    void damagedArchivesAreRefusedOrRead(String name) throws IOException {
        byte[] whole = Golden.bytes("numpy/" + name);
        Random random = new Random(name.hashCode());
        Path file = temp.resolve(name);
        for (int round = 0; round < 1500; round++) {
            byte[] damaged = Arrays.copyOf(whole, whole.length - (round % 5 == 0 ? random.nextInt(whole.length) : 0));
            for (int k = random.nextInt(3); k >= 0 && damaged.length > 0; k--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            try {
                assertThat(NpyReader.readAll(file)).isNotEmpty();
            } catch (ModelException e) {
                assertThat(e).hasMessageContaining(name);
            }
        }
    }

    private static Tensor any(Random random) {
        DType dtype = TYPES.get(random.nextInt(TYPES.size()));
        long[] dims = random.ints(random.nextInt(5), 0, 6).asLongStream().toArray();
        Shape shape = Shape.of(dims);
        byte[] bytes = new byte[(int) dtype.bytesFor(shape.elements())];
        random.nextBytes(bytes);
        return Tensor.of(dtype, shape, Storage.of(ByteBuffer.wrap(bytes)));
    }

    private static ByteBuffer header(String dictionary) {
        byte[] text = ("{" + dictionary + ", }\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer b = ByteBuffer.allocate(10 + text.length);
        b.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1);
        return b.put((byte) 0)
                .put((byte) text.length)
                .put((byte) (text.length >> 8))
                .put(text)
                .flip();
    }
}
