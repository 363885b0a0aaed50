package dev.octavo.tasks.post;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.Golden;
import dev.octavo.tasks.image.Placement;
import dev.octavo.tasks.post.PriorDecoder.Activation;
import dev.octavo.tasks.post.PriorDecoder.Background;
import dev.octavo.tasks.post.PriorDecoder.Form;
import dev.octavo.tasks.post.PriorDecoder.Unit;
import dev.octavo.tasks.post.YoloDecoder.Anchor;
import dev.octavo.tasks.post.YoloDecoder.Head;
import dev.octavo.tasks.post.YoloDecoder.Size;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.PixelConvention;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding, against what NumPy makes of the same outputs, and what always holds. */
class BoxDecodeTest {
    private static final Placement STRETCHED = new Placement(50, 37, 64, 48, 0, 0, 64, 48);

    @ParameterizedTest
    @CsvSource({"yolo, EXP, 1.05", "yolo_squared, SQUARED, 2"})
    void yoloIsNumpys(String name, Size size, float scale) {
        YoloDecoder decoder = new YoloDecoder(
                List.of(
                        new Head("a", List.of(new Anchor(30, 20), new Anchor(12, 25)), 1.1f),
                        new Head("b", List.of(new Anchor(10, 14), new Anchor(7, 5)), scale)),
                size);
        Map<String, Tensor> outputs = Map.of("a", golden(name + "_head0"), "b", golden(name + "_head1"));
        same(new DetectionParts(decoder, 0.2f, 0.45f, 1000).detections(outputs, STRETCHED), name + "_expected");
    }

    @Test
    void ssdIsNumpys() {
        Priors priors = Priors.of(golden("ssd_priors"), "priors", 0.1f, 0.2f);
        PriorDecoder decoder = new PriorDecoder(
                "b", "s", Optional.of(priors), Form.CORNERS, Unit.PIXELS, Activation.SOFTMAX, new Background(0));
        Map<String, Tensor> outputs = Map.of("b", golden("ssd_boxes"), "s", golden("ssd_scores"));
        same(new DetectionParts(decoder, 0.2f, 0.45f, 1000).detections(outputs, STRETCHED), "ssd_expected");
    }

    private static void same(List<Detection> found, String expected) {
        Tensor t = golden(expected);
        ByteBuffer b = t.storage().slice(0, (int) t.storage().byteSize());
        assertThat(found).hasSize((int) t.shape().dim(0)).hasSizeGreaterThan(8);
        for (Detection d : found) {
            assertThat(d.label()).isEqualTo((int) b.getDouble());
            assertThat((double) d.score()).isCloseTo(b.getDouble(), within(1e-6));
            for (double side : new double[] {
                d.box().x1(), d.box().y1(), d.box().x2(), d.box().y2()
            }) {
                assertThat(side).isCloseTo(b.getDouble(), within(1e-3));
            }
        }
    }

    @Test
    void theFormsOfABoxAreOne() {
        Placement letterboxed = new Placement(100, 50, 64, 32, 0, 16, 64, 64);
        float[][] sameBox = {
            {32, 32, 16, 8}, {24, 28, 40, 36}, {28, 24, 36, 40}, {32 / 64f, 32 / 64f, 16 / 64f, 8 / 64f}
        };
        Form[] forms = {Form.CENTER_SIZE, Form.CORNERS, Form.CORNERS_YX, Form.CENTER_SIZE};
        for (int i = 0; i < forms.length; i++) {
            PriorDecoder decoder = new PriorDecoder(
                    "b",
                    "s",
                    Optional.empty(),
                    forms[i],
                    i == 3 ? Unit.SHARES : Unit.PIXELS,
                    Activation.NONE,
                    Background.NONE);
            List<Detection> found = new DetectionParts(decoder, 0.1f, 0.5f, 9)
                    .detections(
                            Map.of(
                                    "b", Tensor.ofFloats(Shape.of(1, 1, 4), sameBox[i]),
                                    "s", Tensor.ofFloats(Shape.of(1, 1, 2), 0.05f, 0.6f)),
                            letterboxed);
            assertThat(found).hasSize(1);
            assertThat(found.get(0).label()).isEqualTo(1);
            // 64 pixels are 100 of the picture, which lies 16 below the top.
            assertThat(found.get(0).box().x1()).isCloseTo(37.5, within(1e-6));
            assertThat(found.get(0).box().y1()).isCloseTo(18.75, within(1e-6));
            assertThat(found.get(0).box().x2()).isCloseTo(62.5, within(1e-6));
            assertThat(found.get(0).box().y2()).isCloseTo(31.25, within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nothingThatStaysOverlapsAndNothingGoesWithoutABetterOne(long seed) {
        Random r = new Random(seed);
        int n = 200;
        float[] boxes = new float[4 * n];
        float[] scores = new float[3 * n];
        for (int i = 0; i < n; i++) {
            boxes[4 * i] = r.nextInt(60);
            boxes[4 * i + 1] = r.nextInt(60);
            boxes[4 * i + 2] = 1 + r.nextInt(30);
            boxes[4 * i + 3] = 1 + r.nextInt(30);
            for (int k = 0; k < 3; k++) {
                scores[3 * i + k] = r.nextInt(12) == 0 ? Float.NaN : r.nextInt(50) / 50f;
            }
        }
        PriorDecoder decoder = new PriorDecoder(
                "b", "s", Optional.empty(), Form.CENTER_SIZE, Unit.PIXELS, Activation.NONE, Background.NONE);
        Map<String, Tensor> outputs =
                Map.of("b", Tensor.ofFloats(Shape.of(1, n, 4), boxes), "s", Tensor.ofFloats(Shape.of(1, n, 3), scores));
        Placement same = Placement.same(64, 64);
        List<Detection> all = new DetectionParts(decoder, 0.3f, 1f, 10_000).detections(outputs, same);
        List<Detection> kept = new DetectionParts(decoder, 0.3f, 0.4f, 10_000).detections(outputs, same);
        assertThat(all).allMatch(d -> d.score() > 0.3f).containsAll(kept);
        for (Detection a : kept) {
            for (Detection b : kept) {
                assertThat(a.equals(b) || a.label() != b.label() || overlap(a, b) <= 0.4f)
                        .isTrue();
            }
        }
        for (Detection gone : all) {
            assertThat(kept)
                    .anyMatch(k -> k.label() == gone.label()
                            && k.score() >= gone.score()
                            && (k.equals(gone) || overlap(k, gone) > 0.4f));
        }
        List<Detection> best = new DetectionParts(decoder, 0.3f, 0.4f, 7).detections(outputs, same);
        assertThat(best).isEqualTo(kept.subList(0, 7));
        assertThat(kept).isSortedAccordingTo((a, b) -> Float.compare(b.score(), a.score()));
    }

    private static double overlap(Detection a, Detection b) {
        return a.box().iou(b.box(), PixelConvention.CONTINUOUS);
    }

    @Test
    void outputsThatAreNotWhatWasDeclaredAreRefused() {
        YoloDecoder yolo = new YoloDecoder(List.of(new Head("a", List.of(new Anchor(3, 3)), 1)), Size.EXP);
        DetectionParts parts = new DetectionParts(yolo, 0.2f, 0.45f, 10);
        for (Shape shape : List.of(Shape.of(1, 5, 2, 2), Shape.of(1, 8, 2), Shape.of(2, 8, 2, 2))) {
            Map<String, Tensor> outputs = Map.of("a", Tensor.ofFloats(shape, new float[(int) shape.elements()]));
            assertThatThrownBy(() -> parts.detections(outputs, STRETCHED))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining(shape.toString());
        }
        assertThatThrownBy(() -> parts.detections(Map.of("z", golden("ssd_boxes")), STRETCHED))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("'a'")
                .hasMessageContaining("z");
        float[] wild = new float[8 * 4];
        java.util.Arrays.fill(wild, 400f); // exp(400) is no size of a box
        assertThat(parts.detections(Map.of("a", Tensor.ofFloats(Shape.of(1, 8, 2, 2), wild)), STRETCHED))
                .allSatisfy(d -> assertThat(d.box().x2()).isLessThanOrEqualTo(50));
    }

    private static Tensor golden(String name) {
        return Golden.array("box-decode/" + name + ".npy");
    }
}
