package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.Golden;
import dev.octavo.tasks.Pictures;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.npy.NpyWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrayDatasetTest {
    private static final Tensor X = Tensor.ofFloats(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
    private static final Tensor Y = Tensor.ofLongs(Shape.of(3), 7, 0, 2);

    @TempDir
    Path temp;

    @Test
    void theFirstAxisCountsTheExamples() throws Exception {
        Path npy = temp.resolve("x.npy");
        NpyWriter.write(npy, X);
        LabeledDataset set = Datasets.open(npy, DatasetOptions.DEFAULT);
        assertThat(set.size()).isEqualTo(3);
        assertThat(set.name(1)).isEqualTo("x.npy#1");
        assertThat(set.read(1).inputs())
                .containsExactly(Map.entry(Sample.ONLY_INPUT, Tensor.ofFloats(Shape.of(1, 2), 3, 4)));
        assertThat(set.label(1)).isEmpty();
        assertThat(set.fingerprint())
                .hasSize(64)
                .isEqualTo(Datasets.open(npy, DatasetOptions.DEFAULT).fingerprint());
    }

    @Test
    void anArchiveNamesInputsAndLabels() throws Exception {
        LabeledDataset one = open(Map.of("images", X, "y", Y), DatasetOptions.DEFAULT.requireLabels());
        assertThat(one.read(0).inputs()).containsOnlyKeys(Sample.ONLY_INPUT);
        assertThat(one.read(0).label()).hasValue(7);
        LabeledDataset two = open(Map.of("a", X, "b", Y, "labels", Y), DatasetOptions.DEFAULT);
        assertThat(two.read(2).inputs()).containsOnlyKeys("a", "b");
        assertThat(two.read(2).inputs().get("b")).isEqualTo(Tensor.ofLongs(Shape.of(1), 2));
        assertThat(two.read(2).label()).hasValue(2);
        LabeledDataset unlabelled = open(Map.of("x", X, "y", Y), DatasetOptions.DEFAULT.labels(LabelSource.NONE));
        assertThat(unlabelled.label(0)).isEmpty();
        assertThat(open(Map.of("y", X), DatasetOptions.DEFAULT).size()).isEqualTo(3);
        assertThat(Datasets.open(Golden.file("numpy/stored.npz"), DatasetOptions.DEFAULT.requireLabels())
                        .label(0))
                .hasValue(1);
    }

    @Test
    void labelsMayStandInAFileOfTheirOwn() throws IOException {
        NpyWriter.write(temp.resolve("y.npy"), Tensor.ofCodes(DType.UINT8, Shape.of(3, 1), 1, 200, 3));
        DatasetOptions options = DatasetOptions.DEFAULT.labels(new LabelSource.Npy(temp.resolve("y.npy")));
        assertThat(open(Map.of("x", X), options).label(1)).hasValue(200);
    }

    @Test
    void doubleBecomesFloatAndOtherTypesStay() throws Exception {
        ByteBuffer b = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(0.1)
                .putDouble(-2)
                .flip();
        Tensor doubles = Tensor.of(DType.DOUBLE, Shape.of(2, 1), Storage.of(b));
        assertThat(Pictures.only(
                        open(Map.of("x", doubles), DatasetOptions.DEFAULT).read(0)))
                .isEqualTo(Tensor.ofFloats(Shape.of(1, 1), 0.1f));
        assertThat(Pictures.only(open(Map.of("x", Y), DatasetOptions.DEFAULT).read(0))
                        .dtype())
                .isEqualTo(DType.INT64);
    }

    @Test
    void preprocessingTakesArraysOfPictures() throws Exception {
        Tensor pictures = Tensor.ofBytes(
                DType.UINT8, Shape.of(2, 1, 1, 3), (byte) 1, (byte) 2, (byte) 3, (byte) 255, (byte) 0, (byte) 9);
        DatasetOptions ready = DatasetOptions.DEFAULT.preprocess(Preprocess.NONE);
        assertThat(Pictures.only(open(Map.of("x", pictures), ready).read(1)))
                .isEqualTo(Tensor.ofFloats(Shape.of(1, 3, 1, 1), 255, 0, 9));
        Tensor gray = Tensor.ofBytes(DType.UINT8, Shape.of(1, 1, 2), (byte) 1, (byte) 2);
        assertThat(Pictures.only(open(Map.of("x", gray), ready).read(0)).shape())
                .isEqualTo(Shape.of(1, 3, 1, 2));
        assertThat(refused(Map.of("x", X), ready).fix()).contains("uint8");
        assertThat(refused(Map.of("a", X, "b", X), ready)).hasMessageContaining("several arrays");
    }

    @Test
    void whatCannotBeExamplesIsRefused() {
        assertThat(refused(Map.of("x", Tensor.ofFloats(Shape.SCALAR, 1f)), DatasetOptions.DEFAULT))
                .hasMessageContaining("[], which holds no examples");
        assertThat(refused(Map.of("x", Tensor.ofFloats(Shape.of(0, 3))), DatasetOptions.DEFAULT))
                .hasMessageContaining("[0, 3]");
        Tensor four = Tensor.ofFloats(Shape.of(4), 1, 2, 3, 4);
        assertThat(refused(Map.of("a", X, "b", four), DatasetOptions.DEFAULT)).hasMessageContaining("4 examples");
        assertThat(refused(Map.of("a", X, "y", four), DatasetOptions.DEFAULT)).hasMessageContaining("4 labels");
        Tensor floats = Tensor.ofFloats(Shape.of(3), 1, 2, 3);
        assertThat(refused(Map.of("a", X, "y", floats), DatasetOptions.DEFAULT).fix())
                .contains("integers");
        Tensor negative = Tensor.ofLongs(Shape.of(3), 1, -2, 3);
        assertThat(refused(Map.of("a", X, "y", negative), DatasetOptions.DEFAULT))
                .hasMessageContaining("-2");
        assertThat(refused(Map.of("a", X), DatasetOptions.DEFAULT.requireLabels()))
                .hasMessageContaining("no labels");
        assertThat(refused(Map.of("a", X), DatasetOptions.DEFAULT.labels(LabelSource.FOLDERS))
                        .fix())
                .contains("npy");
    }

    private LabeledDataset open(Map<String, Tensor> arrays, DatasetOptions options) {
        Path npz = temp.resolve("set.npz");
        try {
            NpyWriter.writeAll(npz, arrays);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Datasets.open(npz, options);
    }

    private ModelException refused(Map<String, Tensor> arrays, DatasetOptions options) {
        ModelException e = catchThrowableOfType(ModelException.class, () -> open(arrays, options));
        assertThat(e).isNotNull();
        assertThat(e.fix()).isNotBlank();
        return e;
    }
}
