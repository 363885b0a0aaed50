package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.tasks.Golden;
import dev.octavo.tasks.Pictures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageNetLabelsTest {
    @TempDir
    Path folder;

    @Test
    void readsTheSynsetsThatScipyWrote() {
        Map<Integer, String> expected = new TreeMap<>();
        for (Csv.Row row : Csv.read(Golden.file("imagenet-devkit/synsets.csv"))) {
            if (row.line() > 1) {
                expected.put(Integer.valueOf(row.fields().get(0)), row.fields().get(1));
            }
        }
        assertThat(expected).hasSize(12);
        assertThat(MatSynsets.read(Golden.file("imagenet-devkit/meta.mat"))).isEqualTo(expected);
        assertThat(MatSynsets.read(Golden.file("imagenet-devkit/meta_plain.mat")))
                .isEqualTo(expected);
    }

    @Test
    void damagedFilesAreRefusedAndNothingElseHappens() throws Exception {
        Random random = new Random(7);
        byte[] whole = Golden.bytes("imagenet-devkit/meta_plain.mat");
        Path file = folder.resolve("meta.mat");
        for (int round = 0; round < 2000; round++) {
            byte[] damaged = round % 2 == 0 ? whole.clone() : Golden.bytes("imagenet-devkit/meta.mat");
            for (int k = random.nextInt(4); k >= 0; k--) {
                damaged[random.nextInt(Math.min(damaged.length, 900))] = (byte) random.nextInt();
            }
            Files.write(
                    file, java.util.Arrays.copyOf(damaged, damaged.length - random.nextInt(2) * random.nextInt(300)));
            try {
                assertThat(MatSynsets.read(file)).isNotNull();
            } catch (ModelException e) {
                assertThat(e).hasMessageContaining("meta.mat");
            }
        }
    }

    @Test
    void aClassIsThePlaceOfItsNameAmongTheSortedOnes() throws Exception {
        for (int i = 1; i <= 3; i++) {
            Pictures.write(folder.resolve("val/ILSVRC2012_val_0000000" + i + ".JPEG.jpg"));
            Files.move(
                    folder.resolve("val/ILSVRC2012_val_0000000" + i + ".JPEG.jpg"),
                    folder.resolve("val/ILSVRC2012_val_0000000" + i + ".JPEG"));
        }
        Files.writeString(folder.resolve("truth.txt"), "2\n3\n1\n");
        Files.writeString(
                folder.resolve("map_clsloc.txt"), "n03 1 kit_fox\nn01 2 setter\nn02 3 husky\nn00 1001 animal\n");
        Path file = Files.writeString(
                folder.resolve("x.yaml"), "images: val\nlabels: { imagenet: truth.txt, synsets: map_clsloc.txt }\n");
        try (LabeledDataset data = Datasets.open(file, DatasetOptions.DEFAULT.requireLabels())) {
            assertThat(List.of(data.label(0), data.label(1), data.label(2)).stream()
                            .map(l -> l.orElseThrow())
                            .toList())
                    .containsExactly(0, 1, 2);
        }
        Files.writeString(folder.resolve("truth.txt"), "2\n1001\n1\n");
        assertThatThrownBy(() -> Datasets.open(file, DatasetOptions.DEFAULT))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("truth.txt line 2")
                .hasMessageContaining("1001");
        Files.writeString(
                folder.resolve("val.txt"), "ILSVRC2012_val_00000001.JPEG 65\nILSVRC2012_val_00000003.JPEG 9\n");
        Path list = Files.writeString(folder.resolve("list.yaml"), "images: val\nlabels: { list: val.txt }\n");
        try (LabeledDataset data = Datasets.open(list, DatasetOptions.DEFAULT)) {
            assertThat(data.label(0)).hasValue(65);
            assertThat(data.label(1)).isEmpty();
            assertThat(data.label(2)).hasValue(9);
        }
    }
}
