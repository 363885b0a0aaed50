package dev.octavo.tasks.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreprocessTest {
    /** Two by three pixels; red, green, blue of pixel i are 10 i, 10 i + 1, 10 i + 2. */
    private static final Picture COLOUR =
            new Picture(3, 2, 3, new byte[] {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52});

    private static final Picture GRAY = new Picture(2, 1, 1, new byte[] {(byte) 200, 100});

    @Test
    void numbersAreNumpysToTheLastBit() {
        float[] plain = Golden.array("numpy/normalized.npy").floats();
        assertThat(Normalize.of(List.of(123.675f), List.of(58.395f)).table(0)).isEqualTo(plain);
        float[] scaled = Golden.array("numpy/normalized_scaled.npy").floats();
        assertThat(new Normalize((float) (1 / 255.0), List.of(0.485f), List.of(0.229f)).table(0))
                .isEqualTo(scaled);
    }

    @Test
    void laysOutPlanes() throws Exception {
        Tensor t = Preprocess.NONE.apply(COLOUR, "p");
        assertThat(t.shape()).isEqualTo(Shape.of(1, 3, 2, 3));
        assertThat(t.floats()).containsExactly(0, 10, 20, 30, 40, 50, 1, 11, 21, 31, 41, 51, 2, 12, 22, 32, 42, 52);
    }

    @Test
    void laysOutPixelsWithBlueFirst() throws Exception {
        Tensor t = Preprocess.NONE.layout(Layout.NHWC).order(ChannelOrder.BGR).apply(COLOUR, "p");
        assertThat(t.shape()).isEqualTo(Shape.of(1, 2, 3, 3));
        assertThat(t.floats()).containsExactly(2, 1, 0, 12, 11, 10, 22, 21, 20, 32, 31, 30, 42, 41, 40, 52, 51, 50);
    }

    @Test
    void meanAndStdFollowTheTensorsOrder() throws Exception {
        Normalize perChannel = Normalize.of(List.of(1f, 2f, 3f), List.of(1f, 2f, 4f));
        float[] bgr = Preprocess.NONE
                .order(ChannelOrder.BGR)
                .normalize(perChannel)
                .apply(COLOUR, "p")
                .floats();
        assertThat(bgr[0]).isEqualTo(2f - 1f);
        assertThat(bgr[6]).isEqualTo((1f - 2f) / 2f);
        assertThat(bgr[12]).isEqualTo((0f - 3f) / 4f);
    }

    @Test
    void aGrayPictureFillsAllChannels() throws Exception {
        assertThat(Preprocess.NONE.apply(GRAY, "p").floats()).containsExactly(200, 100, 200, 100, 200, 100);
        Tensor one = Preprocess.NONE.gray().apply(GRAY, "p");
        assertThat(one.shape()).isEqualTo(Shape.of(1, 1, 1, 2));
        assertThat(one.floats()).containsExactly(200, 100);
    }

    @Test
    void cropsTheCentreRoundedDown() throws Exception {
        assertThat(Preprocess.NONE
                        .centerCrop(1, 2)
                        .gray()
                        .apply(gray(5, 4), "p")
                        .floats())
                .containsExactly(1 * 5 + 1, 1 * 5 + 2);
        assertThat(Preprocess.NONE
                        .centerCrop(4, 5)
                        .gray()
                        .apply(gray(5, 4), "p")
                        .floats())
                .hasSize(20);
    }

    @Test
    void refusesACropLargerThanThePicture() {
        assertThatThrownBy(() -> Preprocess.NONE.centerCrop(3, 3).apply(COLOUR, "small.png"))
                .isInstanceOf(UnreadableSampleException.class)
                .hasMessageContaining("small.png")
                .hasMessageContaining("3x2")
                .hasMessageContaining("resize");
    }

    @Test
    void resizesTheShorterSideAndLeavesAFittingOneAlone() throws Exception {
        assertThat(Preprocess.NONE.resizeShorter(4).apply(COLOUR, "p").shape()).isEqualTo(Shape.of(1, 3, 4, 6));
        assertThat(Preprocess.NONE.resizeShorter(1).apply(gray(7, 3), "p").shape())
                .isEqualTo(Shape.of(1, 3, 1, 2));
        assertThat(Preprocess.NONE.resizeShorter(2).apply(COLOUR, "p")).isEqualTo(Preprocess.NONE.apply(COLOUR, "p"));
        Resize exact = new Resize(new Resize.Exact(5, 4), ResizeFilter.NEAREST);
        assertThat(Preprocess.NONE.resize(exact).apply(COLOUR, "p").shape()).isEqualTo(Shape.of(1, 3, 5, 4));
    }

    @Test
    void refusesAPictureThatTheResizeWouldStretchBeyondAllMemory() {
        Picture line = gray(60_000, 1);
        assertThatThrownBy(() -> Preprocess.NONE.resizeShorter(256).apply(line, "line.png"))
                .isInstanceOf(UnreadableSampleException.class)
                .hasMessageContaining("line.png");
    }

    @Test
    void refusesAPictureWhoseResizedRowsWouldNotFit() {
        Picture thread = gray(1, 9_000_000);
        Resize square = new Resize(new Resize.Exact(200, 200), ResizeFilter.BILINEAR);
        assertThatThrownBy(() -> Preprocess.NONE.resize(square).apply(thread, "thread.png"))
                .isInstanceOf(UnreadableSampleException.class)
                .hasMessageContaining("1x9000000");
    }

    @Test
    void refusesNumbersThatCannotBe() {
        assertThatThrownBy(() -> Normalize.of(List.of(0f), List.of(0f))).hasMessageContaining("std");
        assertThatThrownBy(() -> Normalize.of(List.of(Float.NaN), List.of(1f))).hasMessageContaining("mean");
        assertThatThrownBy(() -> new Normalize(0, List.of(0f), List.of(1f))).hasMessageContaining("scale");
        assertThatThrownBy(() -> Preprocess.NONE.normalize(Normalize.of(List.of(0f, 1f), List.of(1f))))
                .hasMessageContaining("one per channel");
        assertThatThrownBy(() -> Preprocess.NONE
                        .normalize(Normalize.of(List.of(0f, 1f, 2f), List.of(1f)))
                        .gray())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Resize.Exact(16_384, 16_384)).hasMessageContaining("100 million");
        assertThatThrownBy(() -> new Resize.Shorter(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Picture(2, 2, 3, new byte[11])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theTextNamesEveryStep() {
        String text = Preprocess.NONE
                .resizeShorter(256)
                .centerCrop(224, 200)
                .order(ChannelOrder.BGR)
                .toString();
        assertThat(text)
                .isEqualTo(
                        "resize-shorter 256 bilinear, center-crop 224x200, scale 1.0 mean [0.0] std [1.0], BGR NCHW");
    }

    /** Pixel i has the value i. */
    private static Picture gray(int width, int height) {
        byte[] samples = new byte[width * height];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) i;
        }
        return new Picture(width, height, 1, samples);
    }
}
