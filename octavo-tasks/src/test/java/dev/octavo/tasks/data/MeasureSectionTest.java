package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.octavo.core.RecipeException;
import dev.octavo.tasks.image.Pad;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.image.Resize;
import dev.octavo.tasks.image.ResizeFilter;
import dev.octavo.tasks.metric.DetectionRules;
import dev.octavo.tasks.metric.SegmentationMetric.Mean;
import dev.octavo.tasks.post.DetectionParts;
import dev.octavo.tasks.post.LabelParts;
import dev.octavo.tasks.post.YoloDecoder;
import dev.octavo.tasks.post.YoloDecoder.Anchor;
import dev.octavo.tasks.post.YoloDecoder.Head;
import dev.octavo.tasks.truth.PixelConvention;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The parts of a data set file that boxes and masks need. */
class MeasureSectionTest {
    private static final String FULL = """
            images: set.zip/images
            list: val.txt
            boxes: { csv: boxes.csv, file: name, class: kind, origin: 1 }
            masks: set.zip/masks
            classes: [cat, dog]
            preprocess:
              letterbox: [320, 416]
              filter: linear
              pad-value: 114
              pad-at: top-left
            postprocess:
              yolo:
                size: squared
                heads:
                  - { output: a, anchors: [[10, 13], [16, 30]], scale-x-y: 2 }
                  - { output: b, anchors: [[1.5, 2]] }
              confidence: 0.25
              nms: 0.6
              top: 300
              argmax: { output: y, softmax: true, upsample: half-pixel, to: input }
            metric: { iou: 0.3, pixels: continuous, difficult: count, headline: eleven-point, mean-over: annotated }
            """;

    @Test
    void readsEverything() {
        DatasetFile file = parse(FULL);
        assertThat(file.data()).isEqualTo(Path.of("/data/set.zip/images"));
        assertThat(file.annotations())
                .isEqualTo(new AnnotationSource(
                        Optional.of(Path.of("/data/val.txt")),
                        new BoxSource.Csv(Path.of("/data/boxes.csv"), "name", "kind", 1),
                        Optional.of(Path.of("/data/set.zip/masks"))));
        assertThat(file.classes().read()).containsExactly("cat", "dog");
        Pad pad = new Pad(new Resize.Exact(320, 416), List.of(114f), Pad.Anchor.TOP_LEFT);
        assertThat(file.preprocess())
                .contains(Preprocess.NONE
                        .resize(new Resize(new Resize.Within(320, 416), ResizeFilter.LINEAR))
                        .pad(pad));
        YoloDecoder yolo = new YoloDecoder(
                List.of(
                        new Head("a", List.of(new Anchor(10, 13), new Anchor(16, 30)), 2),
                        new Head("b", List.of(new Anchor(1.5f, 2)), 1)),
                YoloDecoder.Size.SQUARED);
        assertThat(file.measure())
                .isEqualTo(new Measure(
                        List.of(),
                        Optional.of(new DetectionParts(yolo, 0.25f, 0.6f, 300)),
                        new LabelParts("y", true, LabelParts.Upsample.HALF_PIXEL, LabelParts.To.INPUT),
                        new DetectionRules(0.3, PixelConvention.CONTINUOUS, false, DetectionRules.Primary.ELEVEN_POINT),
                        Mean.ANNOTATED));
    }

    @Test
    void whatIsNotSaidIsTheDefault() {
        DatasetFile file = parse("images: a\n");
        assertThat(file.measure()).isEqualTo(Measure.DEFAULT);
        assertThat(file.annotations()).isEqualTo(AnnotationSource.NONE);
        DatasetFile voc = parse("voc: VOC2012\nset: Main/test\n");
        assertThat(voc.data()).isEqualTo(Path.of("/data/VOC2012/JPEGImages"));
        assertThat(voc.annotations())
                .isEqualTo(new AnnotationSource(
                        Optional.of(Path.of("/data/VOC2012/ImageSets/Main/test.txt")),
                        new BoxSource.Voc(Path.of("/data/VOC2012/Annotations"), 1),
                        Optional.of(Path.of("/data/VOC2012/SegmentationClass"))));
    }

    @Test
    void wrongValuesAreNamedWithTheirLine() {
        refusedAt(2, "images: a\nboxes: boxes.csv", "boxes");
        refusedAt(2, "images: a\nboxes: { csv: a, coco: b }", "several");
        refusedAt(2, "images: a\nclasses: [a, a]", "twice");
        refusedAt(2, "images: a\nclasses: [a, [b]]", "no name");
        refusedAt(3, "images: a\npreprocess:\n  pad-value: 3", "letterbox");
        refusedAt(2, "images: a\npreprocess: { letterbox: 3, resize: 4 }", "resize and letterbox");
        refusedAt(2, "images: a\npreprocess: { letterbox: 3, center-crop: 4 }", "letterbox");
        refusedAt(2, "images: a\npreprocess: { letterbox: 3, pad-at: left }", "'left'");
        refusedAt(2, "images: a\npreprocess: { letterbox: 3, pad-value: [1, 2] }", "pad-value");
        refusedAt(2, "images: a\npostprocess: { nms: 0.5 }", "nms");
        refusedAt(2, "images: a\npostprocess: { yolo: 3 }", "yolo");
        refusedAt(2, "images: a\npostprocess: { yolo: { heads: [] } }", "no output");
        refusedAt(4, "images: a\npostprocess:\n  yolo:\n    heads: [ { output: x } ]", "anchors");
        refusedAt(
                2, "images: a\npostprocess: { yolo: { heads: [ { output: x, anchors: [[1, 2, 3]] } ] } }", "3 numbers");
        refusedAt(2, "images: a\npostprocess: { yolo: { heads: [ { output: x, anchors: [[1, -2]] } ] } }", "-2");
        refusedAt(2, "images: a\npostprocess: { ssd: { boxes: b, scores: s } }", "priors");
        refusedAt(2, "images: a\npostprocess: { boxes: { boxes: b } }", "scores");
        refusedAt(3, "images: a\npostprocess:\n  confidence: 2\n  boxes: { boxes: b, scores: s }", "confidence");
        refusedAt(2, "images: a\npostprocess: { argmax: { upsample: cubic } }", "'cubic'");
        refusedAt(2, "images: a\nmetric: { iou: 0 }", "iou");
        refusedAt(2, "images: a\nmetric: { ious: 0.5 }", "'ious'");
        assertThat(refused("images: a\nset: Main/test")).hasMessageContaining("set");
        assertThat(refused("images: a\nvoc: b")).hasMessageContaining("both");
        assertThat(refused("images: a\nmetric: { headline: elevenpoint }").fix())
                .contains("eleven-point");
        refusedAt(2, "images: a\nlabels: { imagenet: truth.txt }", "synsets");
    }

    @Test
    void damagedTextIsRefusedOrReadButNeverAnythingElse() {
        Random random = new Random(11);
        String letters = "abc:{}[]&*!#-?|>'\"%@`,\n\t 0123456789./~\u0000\u00e9";
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder(FULL);
            for (int k = random.nextInt(5); k >= 0; k--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, letters.charAt(random.nextInt(letters.length())));
                    case 1 -> text.insert(at, letters.charAt(random.nextInt(letters.length())));
                    default -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(9)));
                }
            }
            try {
                assertThat(parse(text.toString()).measure()).isNotNull();
            } catch (RecipeException e) {
                assertThat(e).hasMessageContaining("x.yaml");
                assertThat(e.fix()).isNotBlank();
            }
        }
    }

    private static DatasetFile parse(String text) {
        return DatasetFile.parse(text, Path.of("/data/x.yaml"));
    }

    private static RecipeException refused(String text) {
        RecipeException e = catchThrowableOfType(RecipeException.class, () -> parse(text));
        assertThat(e).as(text).isNotNull();
        assertThat(e.fix()).isNotBlank();
        return e;
    }

    private static void refusedAt(int line, String text, String what) {
        assertThat(refused(text)).as(text).hasMessageContaining("line " + line).hasMessageContaining(what);
    }
}
