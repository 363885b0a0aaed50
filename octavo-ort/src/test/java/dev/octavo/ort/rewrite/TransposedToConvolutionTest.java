package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.quant.rewrite.TransposedToConvolution;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransposedToConvolutionTest {
    private static Rewriting given(String text) {
        return Rewriting.of(text, new TransposedToConvolution());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,3,4,5] -> ConvTranspose(w[3,4,2,2], b[4]; strides=2,2) -> y",
                "x[2,4,3,3] -> ConvTranspose(w[4,3,3,3]; strides=3,3) -> y",
                "x[1,4,3,3] -> ConvTranspose(w[4,3,2,2], b[6]; group=2 strides=2,2 pads=0,0,0,0 dilations=1,1) -> y",
                "x[1,4,3,3] -> Relu -> ConvTranspose(w[4,2,4,4], b[2]; strides=4,4 auto_pad=VALID) -> Relu -> y",
            })
    void isAOneByOneConvolutionAndARearrangement(String text) {
        Rewriting r = given(text);
        r.keepsOutputs();
        assertThat(r.operators()).contains("Conv", "DepthToSpace").doesNotContain("ConvTranspose");
        assertThat(r.after().outputs().get(0).name()).isEqualTo("y");
    }

    @Test
    void aKernelOfOnePixelNeedsNoRearrangement() {
        given("x[1,3,4,4] -> ConvTranspose(w[3,5,1,1], b[5]) -> Relu -> y")
                .becomes("Conv", "Relu")
                .keepsOutputs();
    }

    /** Whatever the extents. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void keepsTheOutputsOfRandomOnes(long seed) {
        Random random = new Random(seed);
        int group = 1 + random.nextInt(3);
        int in = group * (1 + random.nextInt(3));
        int out = 1 + random.nextInt(4);
        int side = 1 + random.nextInt(4);
        String bias = random.nextBoolean() ? ", b[" + group * out + "]" : "";
        given("x[" + (1 + random.nextInt(2)) + "," + in + "," + (1 + random.nextInt(5)) + "," + (1 + random.nextInt(5))
                        + "] -> ConvTranspose(w[" + in + "," + out + "," + side + "," + side + "]" + bias + "; group="
                        + group + " strides=" + side + "," + side + ") -> y")
                .keepsOutputs();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,3,4,4] -> ConvTranspose(w[3,4,3,3]; strides=2,2) -> y|is not its stride",
                "x[1,3,4,4] -> ConvTranspose(w[3,4,2,2]) -> y|is not its stride",
                "x[1,3,4,4] -> ConvTranspose(w[3,4,2,3]; strides=2,3) -> y|not square",
                "x[1,3,4,4] -> ConvTranspose(w[3,4,2,2]; strides=2,2 pads=1,1,1,1) -> y|it pads",
                "x[1,3,4,4] -> ConvTranspose(w[3,4,2,2]; strides=2,2 dilations=2,2) -> y|it pads, dilates",
                "x[1,3,4,4] -> ConvTranspose(w[3,4,2,2]; strides=2,2 output_padding=1,1) -> y|it pads",
                "x[1,3,4,4] -> ConvTranspose(w[3,4,2,2]; strides=2,2 auto_pad=SAME_UPPER) -> y|it pads",
                "x[1,3,4] -> ConvTranspose(w[3,4,2]; strides=[2]) -> y|does not work on images",
                "x[1,3,4,4], v[3,4,2,2] -> ConvTranspose(; strides=2,2) -> y|its weight is computed",
            })
    void leavesAloneWhatIsNoBlockPerPixel(String text, String because) {
        given(text).isUnchanged().because(because);
    }

    @Test
    void recipesNameIt() {
        assertThat(Rewrites.named("transposed-to-convolution", PassOptions.NONE))
                .isInstanceOf(TransposedToConvolution.class);
    }
}
