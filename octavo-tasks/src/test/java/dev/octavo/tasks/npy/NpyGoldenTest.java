package dev.octavo.tasks.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against files that NumPy wrote. */
class NpyGoldenTest {
    @ParameterizedTest
    @CsvSource({
        "c_f2, FLOAT16", "c_f4, FLOAT", "c_f8, DOUBLE", "c_i1, INT8", "c_i2, INT16", "c_i4, INT32",
        "c_i8, INT64", "c_u1, UINT8", "c_u2, UINT16", "c_u4, UINT32", "c_u8, UINT64", "c_bool, BOOL"
    })
    void readsEveryTypeAndWritesTheSameBytes(String name, DType dtype) throws IOException {
        Tensor read = Golden.array("numpy/" + name + ".npy");
        assertThat(read.dtype()).isEqualTo(dtype);
        assertThat(read.shape()).isEqualTo(Shape.of(2, 3, 4));
        assertThat(written(read)).isEqualTo(Golden.bytes("numpy/" + name + ".npy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar", "vector", "empty", "many_axes"})
    void keepsUnusualShapes(String name) throws IOException {
        Tensor read = Golden.array("numpy/" + name + ".npy");
        assertThat(written(read)).isEqualTo(Golden.bytes("numpy/" + name + ".npy"));
    }

    @Test
    void readsTheNumbers() {
        assertThat(Golden.array("numpy/scalar.npy").scalar()).isEqualTo(2.5f);
        assertThat(Golden.array("numpy/vector.npy").longs()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void bringsColumnOrderAndBigEndianIntoOurOrder() {
        Tensor floats = Golden.array("numpy/expected_f4.npy");
        assertThat(Golden.array("numpy/fortran_f4.npy")).isEqualTo(floats);
        assertThat(Golden.array("numpy/big_f4.npy")).isEqualTo(floats);
        assertThat(Golden.array("numpy/big_fortran_i8.npy")).isEqualTo(Golden.array("numpy/expected_i8.npy"));
    }

    @Test
    void readsStoredAndDeflatedArchives() {
        Map<String, Tensor> stored = NpyReader.readAll(Golden.file("numpy/stored.npz"));
        Map<String, Tensor> deflated = NpyReader.readAll(Golden.file("numpy/deflated.npz"));
        assertThat(stored.keySet()).containsExactly("labels", "x");
        assertThat(deflated.keySet()).containsExactly("x", "y");
        assertThat(stored.get("x")).isEqualTo(Golden.array("numpy/expected_f4.npy"));
        assertThat(deflated.get("x")).isEqualTo(stored.get("x"));
        assertThat(deflated.get("y")).isEqualTo(stored.get("labels"));
    }

    @ParameterizedTest
    @CsvSource({"object, |O", "text, <U2", "record, named fields"})
    void refusesWhatIsNoNumber(String name, String why) {
        assertThatThrownBy(() -> Golden.array("numpy/" + name + ".npy"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(name + ".npy")
                .hasMessageContaining(why);
    }

    private static byte[] written(Tensor t) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NpyWriter.write(out, t);
        return out.toByteArray();
    }
}
