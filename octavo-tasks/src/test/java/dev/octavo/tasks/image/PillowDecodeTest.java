package dev.octavo.tasks.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.Golden;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every byte as Pillow's {@code Image.open(…).convert(…)} gives it. */
class PillowDecodeTest {
    private final PictureDecoder decoder = new PictureDecoder();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "q90_444.jpg",
                "q75_420.jpg",
                "q75_422.jpg",
                "q60_420_noise.jpg",
                "progressive.jpg",
                "restarts.jpg",
                "gray.jpg",
                "one_pixel.jpg",
                "orientation.jpg",
                "rgb_inside.jpg",
                "profile.jpg",
                "profile.png",
                "no_jfif.jpg",
                "no_jfif_from_zero.jpg",
                "rgb.png",
                "gray.png",
                "palette.png",
                "bilevel.png",
                "alpha.png",
                "gray_alpha.png",
                "rgb_gamma.png",
                "rgb_16_bit.png",
                "gray_16_bit.png"
            })
    void equalsPillow(String name) throws Exception {
        Tensor expected = Golden.array("pillow-decode/" + name + ".npy");
        Shape shape = expected.shape();
        byte[] pillow = new byte[(int) expected.elements()];
        expected.storage().slice(0, pillow.length).get(pillow);
        Picture ours = decoder.decode(Golden.bytes("pillow-decode/" + name), name);
        assertThat(ours.width()).isEqualTo((int) shape.dim(1));
        assertThat(ours.height()).isEqualTo((int) shape.dim(0));
        byte[] samples = shape.rank() == 2 ? grayOf(ours) : ours.samples();
        int at = Arrays.mismatch(samples, pillow);
        assertThat(at)
                .as(() -> "byte " + at + " is " + (samples[at] & 0xff) + ", Pillow's " + (pillow[at] & 0xff))
                .isEqualTo(-1);
    }

    @Test
    void weighsBrightnessAsPillowDoes() {
        Tensor in = Golden.array("pillow-decode/luma_in.npy");
        byte[] rgb = new byte[(int) in.elements()];
        in.storage().slice(0, rgb.length).get(rgb);
        Picture colour = new Picture((int) in.shape().dim(1), (int) in.shape().dim(0), 3, rgb);
        Tensor luma = Golden.array("pillow-decode/luma.npy");
        byte[] expected = new byte[(int) luma.elements()];
        luma.storage().slice(0, expected.length).get(expected);
        assertThat(colour.gray().samples()).isEqualTo(expected);
    }

    @Test
    void refusesFourColours() throws Exception {
        byte[] cmyk = Golden.bytes("pillow-decode/cmyk.jpg");
        assertThatThrownBy(() -> decoder.decode(cmyk, "cmyk.jpg"))
                .isInstanceOf(UnreadableSampleException.class)
                .hasMessageContaining("cmyk.jpg")
                .hasMessageContaining("CMYK");
    }

    /** A palette of grays comes as three equal channels. */
    private static byte[] grayOf(Picture p) {
        if (p.channels() == 1) {
            return p.samples();
        }
        byte[] gray = new byte[p.width() * p.height()];
        for (int i = 0; i < gray.length; i++) {
            gray[i] = p.samples()[3 * i];
        }
        return gray;
    }
}
