package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.octavo.core.RecipeException;
import dev.octavo.tasks.image.ChannelOrder;
import dev.octavo.tasks.image.Layout;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.image.Resize;
import dev.octavo.tasks.image.ResizeFilter;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DatasetFileTest {
    private static final Path FILE = Path.of("/data/sets/even.yaml");

    private static final String FULL = """
            # ImageNet, every second class
            images: images_even500.zip
            labels: { csv: labels_even500.csv, file: file, class: class_index }
            preprocess:
              resize-shorter: 256
              center-crop: 224
              mean: [123.675, 116.28, 103.53]
              std: [58.395, 57.12, 57.375]
              order: RGB
              layout: NCHW
            """;

    @Test
    void readsEverything() {
        DatasetFile file = parse(FULL);
        assertThat(file.data()).isEqualTo(Path.of("/data/sets/images_even500.zip"));
        assertThat(file.labels())
                .contains(new LabelSource.Csv(Path.of("/data/sets/labels_even500.csv"), "file", "class_index"));
        Normalize numbers = Normalize.of(List.of(123.675f, 116.28f, 103.53f), List.of(58.395f, 57.12f, 57.375f));
        assertThat(file.preprocess())
                .contains(
                        Preprocess.NONE.resizeShorter(256).centerCrop(224, 224).normalize(numbers));
    }

    @Test
    void readsTheOtherForms() {
        Preprocess p = preprocess("resize: [240, 320], filter: Bicubic, center-crop: [224, 300], scale: 1/255,"
                + " mean: 0.5, std: 0.25, order: bgr, layout: nhwc");
        assertThat(p.resize()).contains(new Resize(new Resize.Exact(240, 320), ResizeFilter.BICUBIC));
        assertThat(p.crop()).contains(new Resize.Exact(224, 300));
        assertThat(p.normalize()).isEqualTo(new Normalize((float) (1 / 255.0), List.of(0.5f), List.of(0.25f)));
        assertThat(p.order()).isEqualTo(ChannelOrder.BGR);
        assertThat(p.layout()).isEqualTo(Layout.NHWC);
        assertThat(preprocess("channels: 1").channels()).isEqualTo(1);
        assertThat(preprocess("resize: 8").resize())
                .contains(new Resize(new Resize.Exact(8, 8), ResizeFilter.BILINEAR));
        assertThat(parse("arrays: x.npz").data()).isEqualTo(Path.of("/data/sets/x.npz"));
        assertThat(parse("images: /abs/dir\nlabels: folders").labels()).contains(LabelSource.FOLDERS);
        assertThat(parse("images: a\nlabels: none").labels()).contains(LabelSource.NONE);
        assertThat(parse("arrays: x.npy\nlabels: { npy: y.npy }").labels())
                .contains(new LabelSource.Npy(Path.of("/data/sets/y.npy")));
    }

    @Test
    void anUnknownKeyIsNamedWithItsLineAndTheNearestKey() {
        RecipeException top = refused("images: a.zip\n\npreproces: { mean: 1 }\n");
        assertThat(top).hasMessageContaining("even.yaml line 3").hasMessageContaining("'preproces'");
        assertThat(top.fix()).contains("did you mean preprocess?");
        RecipeException step = refused("images: a.zip\npreprocess:\n  mean: 1\n  centre-crop: 224\n");
        assertThat(step).hasMessageContaining("line 4");
        assertThat(step.fix()).contains("did you mean center-crop?").contains("resize-shorter");
        assertThat(refused("images: a.zip\nlabels: { cvs: x.csv }").fix()).contains("did you mean csv?");
        assertThat(refused("images: a.zip\nzzzzzzzzzzzz: 1").fix()).startsWith("Known keys");
    }

    @Test
    void wrongValuesAreNamedWithTheirLine() {
        refusedAt(2, "images: a\npreprocess: { center-crop: big }", "'big'");
        refusedAt(2, "images: a\npreprocess: { center-crop: [1, 2, 3] }", "3 numbers");
        refusedAt(2, "images: a\npreprocess: { center-crop: 0 }", "got 0");
        refusedAt(2, "images: a\npreprocess: { std: 0 }", "std");
        refusedAt(2, "images: a\npreprocess: { scale: 1/2/3 }", "'1/2/3'");
        refusedAt(2, "images: a\npreprocess: { scale: 1/0 }", "scale");
        refusedAt(5, "images: a\npreprocess:\n  std: 2\n  mean: 1\n  scale: 0\n", "scale");
        refusedAt(2, "images: a\npreprocess: { scale: true }", "'true'");
        refusedAt(2, "images: a\npreprocess: { mean: [1, 2] }", "one per channel");
        refusedAt(2, "images: a\npreprocess: { mean: { r: 1 } }", "mean");
        refusedAt(2, "images: a\npreprocess: { channels: 2 }", "channels");
        refusedAt(2, "images: a\npreprocess: { order: RBG }", "'RBG'");
        refusedAt(2, "images: a\npreprocess: { filter: bilinear }", "no resize");
        refusedAt(2, "images: a\npreprocess: { resize: 2, resize-shorter: 2 }", "resize");
        refusedAt(2, "images: a\npreprocess: [1]", "preprocess");
        refusedAt(2, "images: a\nlabels: foldrs", "'foldrs'");
        refusedAt(2, "images: a\nlabels: [a]", "list");
        refusedAt(2, "images: a\nlabels: { file: a }", "csv");
        refusedAt(2, "images: a\nlabels: { csv: [a] }", "csv");
        refusedAt(3, "images: a\nlabels: none\nimages: b", "second time");
        refusedAt(1, "images: &a x\nlabels: *a\n", "anchor");
        refusedAt(2, "images: a\n\t- x", "not YAML");
        assertThat(refused("images: a\npreprocess: { order: RGB_ }").fix()).contains("did you mean RGB?");
    }

    @Test
    void aFileWithoutDataIsRefused() {
        assertThat(refused("")).hasMessageContaining("empty");
        assertThat(refused("# nothing")).hasMessageContaining("empty");
        assertThat(refused("labels: none")).hasMessageContaining("no data");
        assertThat(refused("images: a\narrays: b")).hasMessageContaining("both");
        assertThat(refused("- a")).hasMessageContaining("key: value");
        assertThat(refused("images: [a, b]")).hasMessageContaining("images");
        assertThat(refused("images:")).hasMessageContaining("images");
        assertThat(refused("images: a\n---\nimages: b")).hasMessageContaining("several documents");
        assertThat(refused("images: \"a\\0b\"")).hasMessageContaining("path");
        assertThat(refused("images: " + "[".repeat(100) + "]".repeat(100))).hasMessageContaining("nested");
        assertThat(refused("images: a\n? [x]\n: 1")).hasMessageContaining("key");
    }

    @Test
    void damagedTextIsRefusedOrReadButNeverAnythingElse() {
        Random random = new Random(5);
        String letters = "abc:{}[]&*!#-?|>'\"%@`,\n\t 0123456789/~\u0000\u0007\ud800\u00e9";
        for (int round = 0; round < 4000; round++) {
            StringBuilder text = new StringBuilder(FULL);
            for (int k = random.nextInt(6); k >= 0; k--) {
                int at = random.nextInt(text.length());
                char c = letters.charAt(random.nextInt(letters.length()));
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, c);
                    case 1 -> text.insert(at, c);
                    default -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(9)));
                }
            }
            try {
                assertThat(DatasetFile.parse(text.toString(), FILE).data()).isNotNull();
            } catch (RecipeException e) {
                assertThat(e).hasMessageContaining("even.yaml");
                assertThat(e.fix()).isNotBlank();
            }
        }
    }

    private static DatasetFile parse(String text) {
        return DatasetFile.parse(text, FILE);
    }

    private static Preprocess preprocess(String steps) {
        return parse("images: a\npreprocess: { " + steps + " }").preprocess().orElseThrow();
    }

    private static RecipeException refused(String text) {
        RecipeException e = catchThrowableOfType(RecipeException.class, () -> parse(text));
        assertThat(e).as(text).isNotNull();
        assertThat(e.fix()).isNotBlank();
        return e;
    }

    private static RecipeException refusedAt(int line, String text, String what) {
        RecipeException e = refused(text);
        assertThat(e).as(text).hasMessageContaining("line " + line).hasMessageContaining(what);
        return e;
    }
}
