package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.tasks.Pictures;
import dev.octavo.tasks.image.Preprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabeledImagesTest {
    private static final DatasetOptions READY = DatasetOptions.DEFAULT.preprocess(Preprocess.NONE);

    @TempDir
    Path temp;

    @Test
    void aFolderAndItsZipGiveTheSameExamplesInTheSameOrder() throws Exception {
        String[] names = {"dog/b.png", "cat/z.jpg", "cat/a.png", "ant/x.jpg"};
        for (String name : names) {
            Pictures.write(temp.resolve("pics").resolve(name));
        }
        Path zip = temp.resolve("pics.zip");
        try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                out.write(Files.readAllBytes(temp.resolve("pics").resolve(name)));
            }
        }
        try (LabeledDataset folder = Datasets.open(temp.resolve("pics"), READY);
                LabeledDataset zipped = Datasets.open(zip, READY)) {
            assertThat(names(zipped)).containsExactly("ant/x.jpg", "cat/a.png", "cat/z.jpg", "dog/b.png");
            assertThat(names(folder)).isEqualTo(names(zipped));
            assertThat(labels(zipped)).containsExactly(0, 1, 1, 2);
            for (int i = 0; i < 4; i++) {
                assertThat(folder.read(i)).isEqualTo(zipped.read(i));
            }
            Sample first = zipped.read(0);
            assertThat(first.name()).isEqualTo("ant/x.jpg");
            assertThat(first.label()).isEqualTo(OptionalInt.of(0));
            assertThat(Pictures.only(first).shape()).isEqualTo(Shape.of(1, 3, 5, 6));
            assertThat(zipped.warnings()).isEmpty();
        }
    }

    @Test
    void passesOverHiddenAndForeignFiles() throws IOException {
        Path zip = Pictures.zip(
                temp.resolve("a.zip"),
                "d/",
                "d/a.jpg",
                "d/.hidden.jpg",
                "__MACOSX/d/._a.jpg",
                "README.txt",
                "d/b.webp");
        try (LabeledDataset set = Datasets.open(zip, READY)) {
            assertThat(names(set)).containsExactly("d/a.jpg");
            assertThat(set.label(0)).isEmpty();
            assertThat(set.warnings()).singleElement().asString().contains("1 file (d/b.webp)");
        }
    }

    @Test
    void dataWithoutPicturesIsRefusedWithAFix() throws IOException {
        Path empty = Files.createDirectory(temp.resolve("empty"));
        assertThat(refused(empty, READY)).hasMessageContaining("no pictures");
        Path webp = Pictures.zip(temp.resolve("webp.zip"), "a.webp");
        assertThat(refused(webp, READY).fix()).contains("convert");
        Path broken = Files.writeString(temp.resolve("broken.zip"), "no zip");
        assertThat(refused(broken, READY)).hasMessageContaining("not a readable zip");
        assertThat(refused(temp.resolve("none.zip"), READY)).hasMessageContaining("no data at");
        Path text = Files.writeString(temp.resolve("a.txt"), "x");
        assertThat(refused(text, READY).fix()).contains(".yaml");
    }

    @Test
    void anUnreadablePictureIsNamedAndTheOthersAreRead() throws Exception {
        Pictures.write(temp.resolve("a.jpg"));
        Files.writeString(temp.resolve("b.jpg"), "not a picture");
        Pictures.write(temp.resolve("c.png"));
        try (LabeledDataset set = Datasets.open(temp, READY)) {
            assertThat(set.read(0)).isNotNull();
            assertThatThrownBy(() -> set.read(1))
                    .isInstanceOf(UnreadableSampleException.class)
                    .hasMessageContaining("b.jpg");
            assertThat(set.read(2)).isNotNull();
            Files.delete(temp.resolve("c.png"));
            assertThatThrownBy(() -> set.read(2))
                    .isInstanceOf(UnreadableSampleException.class)
                    .hasMessageContaining("c.png");
        }
    }

    @Test
    void sharedFoldersAreNoClasses() throws IOException {
        Path zip =
                Pictures.zip(temp.resolve("a.zip"), "set/val/cat/1.png", "set/val/cat/deep/2.png", "set/val/dog/1.png");
        try (LabeledDataset set = Datasets.open(zip, READY.labels(LabelSource.FOLDERS))) {
            assertThat(labels(set)).containsExactly(0, 0, 1);
        }
        Path flat = Pictures.zip(temp.resolve("flat.zip"), "one/1.png", "one/2.png");
        assertThat(refused(flat, READY.labels(LabelSource.FOLDERS)).fix()).contains("two classes");
        Path mixed = Pictures.zip(temp.resolve("mixed.zip"), "cat/1.png", "dog/1.png", "stray.png");
        assertThat(refused(mixed, READY.labels(LabelSource.FOLDERS))).hasMessageContaining("stray.png");
        try (LabeledDataset set = Datasets.open(mixed, READY)) {
            assertThat(labels(set)).containsExactly(-1, -1, -1);
            assertThat(set.warnings()).singleElement().asString().contains("stray.png");
        }
    }

    @Test
    void requiredLabelsAreMissedWithNamesAndCount() throws IOException {
        Path flat = Pictures.zip(temp.resolve("flat.zip"), "1.png", "2.png", "3.png", "4.png");
        assertThat(refused(flat, READY.requireLabels())).hasMessageContaining("4 files (1.png, 2.png, 3.png, …) of 4");
    }

    @Test
    void withoutPreprocessingItWarns() throws IOException {
        Path zip = Pictures.zip(temp.resolve("a.zip"), "1.png");
        try (LabeledDataset set = Datasets.open(zip, DatasetOptions.DEFAULT)) {
            assertThat(set.warnings()).singleElement().asString().contains("0 to 255");
        }
    }

    @Test
    void theFingerprintFollowsContentNamesLabelsAndSteps() throws IOException {
        Path zip = Pictures.zip(temp.resolve("a.zip"), "cat/1.png", "dog/1.png");
        List<String> prints = new ArrayList<>();
        prints.add(print(zip, READY));
        assertThat(print(zip, READY)).isEqualTo(prints.get(0));
        prints.add(print(zip, READY.labels(LabelSource.NONE)));
        prints.add(print(zip, READY.preprocess(Preprocess.NONE.resizeShorter(5))));
        prints.add(print(Pictures.zip(temp.resolve("b.zip"), "cat/1.png", "dog/2.png"), READY));
        assertThat(prints).doesNotHaveDuplicates();
        assertThat(print(Pictures.zip(temp.resolve("c.zip"), "cat/1.png", "dog/1.png"), READY))
                .isEqualTo(prints.get(0));
    }

    @Test
    void openingNamesTheYamlsPaths() throws IOException {
        Pictures.zip(temp.resolve("p.zip"), "cat/1.png", "dog/1.png");
        Path yaml = Files.writeString(
                temp.resolve("d.yaml"), "images: p.zip\nlabels: folders\npreprocess: { resize: 4 }\n");
        try (LabeledDataset set = Datasets.open(yaml, DatasetOptions.DEFAULT.requireLabels())) {
            assertThat(labels(set)).containsExactly(0, 1);
            assertThat(set.warnings()).isEmpty();
        }
        Path self = Files.writeString(temp.resolve("self.yaml"), "images: self.yaml\n");
        assertThat(refused(self, READY)).hasMessageContaining("another data set file");
        Path gone = Files.writeString(temp.resolve("gone.yaml"), "images: gone.zip\n");
        assertThat(refused(gone, READY)).hasMessageContaining("gone.zip");
    }

    @Test
    void damagedZipsAreRefusedOrTheirPicturesAre() throws IOException {
        byte[] whole = Files.readAllBytes(Pictures.zip(temp.resolve("a.zip"), "cat/1.png", "dog/1.jpg", "dog/2.png"));
        Random random = new Random(3);
        Path file = temp.resolve("damaged.zip");
        int read = 0;
        for (int round = 0; round < 1500; round++) {
            byte[] damaged = Arrays.copyOf(whole, whole.length - (round % 7 == 0 ? random.nextInt(whole.length) : 0));
            for (int k = random.nextInt(4); k >= 0 && damaged.length > 0; k--) {
                // Often in the directory at the end, which steers everything.
                int reach = Math.min(damaged.length, round % 2 == 0 ? 250 : damaged.length);
                damaged[damaged.length - 1 - random.nextInt(reach)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            try (LabeledDataset set = Datasets.open(file, READY)) {
                for (int i = 0; i < set.size(); i++) {
                    try {
                        set.read(i);
                        read++;
                    } catch (UnreadableSampleException e) {
                        assertThat(e).hasMessageContaining(set.name(i));
                    }
                }
            } catch (ModelException e) {
                assertThat(e.fix()).isNotBlank();
            }
        }
        assertThat(read).isGreaterThan(100);
    }

    private static String print(Path data, DatasetOptions options) {
        try (LabeledDataset set = Datasets.open(data, options)) {
            return set.fingerprint();
        }
    }

    private static ModelException refused(Path data, DatasetOptions options) {
        ModelException e = catchThrowableOfType(
                ModelException.class, () -> Datasets.open(data, options).close());
        assertThat(e).isNotNull();
        assertThat(e.fix()).isNotBlank();
        return e;
    }

    private static List<String> names(LabeledDataset set) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            names.add(set.name(i));
        }
        return names;
    }

    private static List<Integer> labels(LabeledDataset set) {
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            labels.add(set.label(i).orElse(-1));
        }
        return labels;
    }
}
