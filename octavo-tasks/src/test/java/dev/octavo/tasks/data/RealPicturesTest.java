package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.RealData;
import dev.octavo.tasks.Golden;
import dev.octavo.tasks.Pictures;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.image.Resize;
import dev.octavo.tasks.image.ResizeFilter;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Photographs, against the tensors that Pillow and NumPy make of them. */
class RealPicturesTest {
    private static final Preprocess IMAGENET = Preprocess.NONE
            .normalize(Normalize.of(List.of(123.675f, 116.28f, 103.53f), List.of(58.395f, 57.12f, 57.375f)))
            .centerCrop(224, 224);

    @Test
    void everyBitIsPillowsAndNumpys() throws Exception {
        Optional<Path> data = RealData.folder("imagenet");
        if (data.isEmpty()) {
            return;
        }
        Path zip = data.get().resolve("images_even500.zip");
        Preprocess smaller = IMAGENET.resize(new Resize(new Resize.Exact(230, 230), ResizeFilter.BILINEAR));
        List<Csv.Row> rows = Csv.read(Golden.file("imagenet-tensors/sha256.csv"));
        try (LabeledDataset plain = Datasets.open(zip, DatasetOptions.DEFAULT.preprocess(IMAGENET.resizeShorter(256)));
                LabeledDataset resized = Datasets.open(zip, DatasetOptions.DEFAULT.preprocess(smaller))) {
            assertThat(rows).hasSize(21);
            for (int row = 1; row < rows.size(); row++) {
                List<String> expected = rows.get(row).fields();
                int index = (row - 1) * 25;
                assertThat(plain.name(index)).isEqualTo(expected.get(0));
                assertThat(sha(plain.read(index))).as(expected.get(0)).isEqualTo(expected.get(1));
                assertThat(sha(resized.read(index))).as(expected.get(0)).isEqualTo(expected.get(2));
            }
        }
    }

    @Test
    void theTableLabelsEveryPicture() {
        Optional<Path> data = RealData.folder("imagenet");
        if (data.isEmpty()) {
            return;
        }
        LabelSource table = new LabelSource.Csv(data.get().resolve("labels_even500.csv"), "file", "class_index");
        DatasetOptions options =
                DatasetOptions.DEFAULT.preprocess(IMAGENET).labels(table).requireLabels();
        try (LabeledDataset set = Datasets.open(data.get().resolve("images_even500.zip"), options)) {
            assertThat(set.size()).isEqualTo(500);
            assertThat(set.warnings()).isEmpty();
            for (int i = 0; i < 500; i++) {
                assertThat(set.label(i)).hasValue(Integer.parseInt(set.name(i).substring(0, 4)));
            }
        }
    }

    @Test
    void folderNamesLabelCifar() throws Exception {
        Optional<Path> data = RealData.folder("cifar10");
        if (data.isEmpty()) {
            return;
        }
        for (String zip : List.of("test_even5000_jpg.zip", "train_lossless2000_png.zip")) {
            try (LabeledDataset set = Datasets.open(
                    data.get().resolve(zip),
                    DatasetOptions.DEFAULT.preprocess(Preprocess.NONE).requireLabels())) {
                for (int i = 0; i < set.size(); i++) {
                    Tensor picture = Pictures.only(set.read(i));
                    assertThat(picture.elements()).isEqualTo(3 * 32 * 32);
                }
                assertThat(set.label(0)).hasValue(0);
                assertThat(set.label(set.size() - 1)).hasValue(9);
            }
        }
    }

    private static String sha(Sample sample) throws Exception {
        Storage bytes = Pictures.only(sample).storage();
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(bytes.slice(0, (int) bytes.byteSize()));
        return HexFormat.of().formatHex(digest.digest());
    }
}
