package dev.octavo.tasks.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.Preprocess.Placed;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where a picture goes in its tensor, and back. */
class PlacementTest {
    private static final Resize.Exact CANVAS = new Resize.Exact(60, 90);

    @ParameterizedTest
    @EnumSource(Pad.Anchor.class)
    void aSpotIsFoundWhereThePlacementSaysItWent(Pad.Anchor anchor) throws Exception {
        Random r = new Random(8);
        for (int round = 0; round < 30; round++) {
            int w = 20 + r.nextInt(200);
            int h = 20 + r.nextInt(200);
            int side = Math.max(4, Math.min(w, h) / 3);
            int x = r.nextInt(w - side + 1);
            int y = r.nextInt(h - side + 1);
            Picture spot = spot(w, h, x, y, side);
            Pad pad = new Pad(CANVAS, List.of(0f), anchor);
            Resize within = new Resize(new Resize.Within(60, 90), ResizeFilter.NEAREST);
            check(Preprocess.NONE.resize(within).pad(pad), spot, x, y, side);
            check(Preprocess.NONE.resize(new Resize(CANVAS, ResizeFilter.NEAREST)), spot, x, y, side);
            if (round % 3 == 0) {
                Resize shorter = new Resize(new Resize.Shorter(70), ResizeFilter.NEAREST);
                check(Preprocess.NONE.resize(shorter).centerCrop(50, 50), spot, x, y, side);
            }
        }
    }

    /** The mean place of what is white in the tensor lies, in the picture, in the middle of the spot; if it is all there. */
    private static void check(Preprocess steps, Picture spot, int x, int y, int side) throws Exception {
        Placed placed = steps.place(spot, "x");
        Placement p = placed.placement();
        assertThat(p.pictureX(p.canvasX(12.25))).isCloseTo(12.25, within(1e-9));
        assertThat(p.pictureY(p.canvasY(7.5))).isCloseTo(7.5, within(1e-9));
        boolean whole = p.canvasX(x) >= 0
                && p.canvasY(y) >= 0
                && p.canvasX(x + side) <= p.canvasWidth()
                && p.canvasY(y + side) <= p.canvasHeight();
        if (!whole) {
            return;
        }
        float[] v = placed.tensor().floats();
        double sumX = 0;
        double sumY = 0;
        int n = 0;
        for (int i = 0; i < p.canvasWidth() * p.canvasHeight(); i++) {
            if (v[i] == 255) {
                sumX += i % p.canvasWidth() + 0.5;
                sumY += Math.floorDiv(i, p.canvasWidth()) + 0.5;
                n++;
            }
        }
        assertThat(n).isPositive();
        double pixelX = (double) p.width() / p.scaledWidth();
        double pixelY = (double) p.height() / p.scaledHeight();
        assertThat(p.pictureX(sumX / n)).isCloseTo(x + side / 2.0, within(pixelX));
        assertThat(p.pictureY(sumY / n)).isCloseTo(y + side / 2.0, within(pixelY));
    }

    @Test
    void aLetterboxKeepsProportionsAndFillsWithTheValue() throws Exception {
        Picture white = spot(200, 100, 0, 0, 0);
        Pad pad = new Pad(new Resize.Exact(50, 50), List.of(127.5f), Pad.Anchor.TOP_LEFT);
        Preprocess steps = Preprocess.NONE
                .resize(new Resize(new Resize.Within(50, 50), ResizeFilter.BILINEAR))
                .pad(pad)
                .normalize(Normalize.of(List.of(127.5f), List.of(127.5f)));
        for (Layout layout : Layout.values()) {
            Placed placed = steps.layout(layout).place(white, "x");
            assertThat(placed.placement()).isEqualTo(new Placement(200, 100, 50, 25, 0, 0, 50, 50));
            Tensor t = placed.tensor();
            boolean planes = layout == Layout.NCHW;
            assertThat(t.shape()).isEqualTo(planes ? Shape.of(1, 3, 50, 50) : Shape.of(1, 50, 50, 3));
            float[] v = t.floats();
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < 2500; i++) {
                    float at = planes ? v[c * 2500 + i] : v[3 * i + c];
                    assertThat(at).isEqualTo(i < 1250 ? -1f : 0f);
                }
            }
        }
    }

    @Test
    void theLongerSideIsRoundedToTheNearest() {
        assertThat(new Resize.Within(513, 513).of(500, 375)).isEqualTo(new Resize.Exact(385, 513)); // 384.75
        assertThat(new Resize.Within(513, 513).of(500, 333)).isEqualTo(new Resize.Exact(342, 513)); // 341.66
        assertThat(new Resize.Within(10, 300).of(3, 1000)).isEqualTo(new Resize.Exact(10, 1));
        assertThat(new Resize.Within(100, 40).of(20, 20)).isEqualTo(new Resize.Exact(40, 40));
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Preprocess steps = Preprocess.NONE.pad(new Pad(new Resize.Exact(10, 10), List.of(0f), Pad.Anchor.CENTER));
        assertThatThrownBy(() -> steps.place(spot(11, 5, 0, 0, 0), "big.jpg"))
                .isInstanceOf(UnreadableSampleException.class)
                .hasMessageContaining("big.jpg")
                .hasMessageContaining("canvas");
        assertThatThrownBy(() -> new Preprocess(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new Pad(CANVAS, List.of(1f, 2f), Pad.Anchor.CENTER)),
                        Normalize.NONE,
                        3,
                        ChannelOrder.RGB,
                        Layout.NCHW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pad-value");
    }

    /** Black, with a white square. */
    private static Picture spot(int w, int h, int left, int top, int side) {
        byte[] samples = new byte[w * h * 3];
        for (int y = top; y < top + side; y++) {
            for (int x = left; x < left + side; x++) {
                for (int c = 0; c < 3; c++) {
                    samples[(y * w + x) * 3 + c] = (byte) 255;
                }
            }
        }
        return new Picture(w, h, 3, samples);
    }
}
