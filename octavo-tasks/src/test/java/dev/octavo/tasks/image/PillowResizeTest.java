package dev.octavo.tasks.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every byte as Pillow's {@code Image.resize} gives it. */
class PillowResizeTest {
    private static final List<ResizeFilter> PILLOWS =
            List.of(ResizeFilter.NEAREST, ResizeFilter.BILINEAR, ResizeFilter.BICUBIC);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "down",
                "down_odd",
                "down_far",
                "up",
                "up_from_one_pixel",
                "down_to_one_pixel",
                "wide",
                "tall",
                "width_only",
                "height_only",
                "one_row",
                "by_one"
            })
    void equalsPillow(String name) {
        Picture source = picture(Golden.array("pillow-resize/" + name + "_in.npy"));
        for (ResizeFilter filter : PILLOWS) {
            String file = name + "_" + filter.name().toLowerCase(Locale.ROOT) + ".npy";
            Picture expected = picture(Golden.array("pillow-resize/" + file));
            Picture actual = Resampler.resize(source, expected.width(), expected.height(), filter);
            assertThat(firstDifference(actual.samples(), expected.samples()))
                    .as(file)
                    .isEmpty();
        }
    }

    private static Picture picture(Tensor t) {
        Shape s = t.shape();
        byte[] samples = new byte[(int) t.elements()];
        t.storage().slice(0, samples.length).get(samples);
        return new Picture((int) s.dim(1), (int) s.dim(0), s.rank() == 3 ? 3 : 1, samples);
    }

    private static String firstDifference(byte[] actual, byte[] expected) {
        int at = Arrays.mismatch(actual, expected);
        return at < 0 ? "" : "byte " + at + " is " + (actual[at] & 0xff) + ", Pillow's " + (expected[at] & 0xff);
    }
}
