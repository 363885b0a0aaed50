package dev.octavo.tasks.post;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.Placement;
import dev.octavo.tasks.post.LabelParts.To;
import dev.octavo.tasks.post.LabelParts.Upsample;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LabelPartsTest {
    private static final int H = 5;
    private static final int W = 7;

    /** Class 1 wins right of an edge: its score is linear in x, which bilinear enlarging keeps linear between centres. */
    @Test
    void anEdgeLiesWhereTheConventionPutsIt() {
        float[] scores = new float[2 * H * W];
        double edge = 3.25; // in pixels of the map, centres at whole numbers
        for (int i = 0; i < H * W; i++) {
            scores[H * W + i] = (float) (i % W - edge);
        }
        int width = 64;
        Placement same = Placement.same(width, 40);
        for (To to : To.values()) {
            for (int x = 0; x < width; x++) {
                double aligned = (double) x * (W - 1) / (width - 1);
                double half = (x + 0.5) * W / width - 0.5;
                double nearest = Math.floor((x + 0.5) * W / width);
                assertThat(label(scores, Upsample.ALIGNED, to, same, x)).isEqualTo(aligned > edge ? 1 : 0);
                assertThat(label(scores, Upsample.HALF_PIXEL, to, same, x)).isEqualTo(half > edge ? 1 : 0);
                assertThat(label(scores, Upsample.NEAREST, to, same, x)).isEqualTo(nearest > edge ? 1 : 0);
            }
        }
    }

    @Test
    void aLetterboxedPictureIsCutOutOfItsCanvas() {
        float[] scores = new float[2 * 8 * 8];
        for (int i = 0; i < 64; i++) {
            scores[64 + i] = i / 8 < 4 ? -1 : 1; // class 1 in the lower half of the canvas
        }
        // 40 x 20, brought to 32 x 16, in rows 8 to 23 of 32: the picture's middle is the canvas's.
        Placement centred = new Placement(40, 20, 32, 16, 0, 8, 32, 32);
        Placement top = new Placement(40, 20, 32, 16, 0, 0, 32, 32);
        for (To to : To.values()) {
            LabelParts parts = new LabelParts("", false, Upsample.NEAREST, to);
            Map<String, Tensor> outputs = Map.of("y", Tensor.ofFloats(Shape.of(1, 2, 8, 8), scores));
            LabelMap map = parts.labels(outputs, centred);
            assertThat(map.width()).isEqualTo(40);
            assertThat(map.height()).isEqualTo(20);
            for (int y = 0; y < 20; y++) {
                assertThat(map.at(7, y)).as("row " + y).isEqualTo(y < 10 ? 0 : 1);
                assertThat(parts.labels(outputs, top).at(7, y)).isZero();
            }
        }
    }

    @Test
    void classesComeOutAsTheyAreAndTiesGoToTheLower() {
        Random r = new Random(4);
        long[] classes = r.longs(H * W, 0, 9).toArray();
        LabelMap map = LabelParts.DEFAULT.labels(
                Map.of("y", Tensor.ofLongs(Shape.of(1, 1, H, W), classes)), Placement.same(W, H));
        for (int i = 0; i < classes.length; i++) {
            assertThat(map.labels()[i]).isEqualTo((byte) classes[i]);
        }
        float[] flat = new float[3 * H * W];
        flat[2 * H * W] = Float.NaN;
        assertThat(LabelParts.DEFAULT
                        .labels(outputs(flat, 3), Placement.same(W, H))
                        .labels())
                .containsOnly(0);
    }

    /** Softmax shares are blended, not scores: one pixel that is very sure no longer outweighs its neighbour. */
    @Test
    void softmaxComesBeforeEnlarging() {
        Tensor two = Tensor.ofFloats(Shape.of(1, 2, 1, 2), 100, 0, 0, 1.2f);
        Placement wide = Placement.same(9, 1);
        int plain = new LabelParts("", false, Upsample.ALIGNED, To.PICTURE)
                .labels(Map.of("y", two), wide)
                .at(6, 0);
        int shares = new LabelParts("", true, Upsample.ALIGNED, To.PICTURE)
                .labels(Map.of("y", two), wide)
                .at(8, 0);
        assertThat(plain).isZero(); // 25 against 0.9
        assertThat(shares).isEqualTo(1);
        assertThat(new LabelParts("", true, Upsample.ALIGNED, To.PICTURE)
                        .labels(Map.of("y", Tensor.ofFloats(Shape.of(1, 2, 1, 2), 100, 0, 0, 5)), wide)
                        .at(5, 0))
                .isEqualTo(1); // 0.375 + a little against 0.62
    }

    @Test
    void otherOutputsAreRefused() {
        for (Shape shape :
                new Shape[] {Shape.of(1, 1, H, W), Shape.of(2, 3, H, W), Shape.of(1, 3), Shape.of(1, 256, 1, 1)}) {
            Map<String, Tensor> outputs = Map.of("y", Tensor.ofFloats(shape, new float[(int) shape.elements()]));
            assertThatThrownBy(() -> LabelParts.DEFAULT.labels(outputs, Placement.same(W, H)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining(shape.toString());
        }
    }

    private static int label(float[] scores, Upsample how, To to, Placement p, int x) {
        return new LabelParts("y", false, how, to).labels(outputs(scores, 2), p).at(x, 11);
    }

    private static Map<String, Tensor> outputs(float[] scores, int classes) {
        return Map.of("y", Tensor.ofFloats(Shape.of(1, classes, H, W), scores));
    }
}
