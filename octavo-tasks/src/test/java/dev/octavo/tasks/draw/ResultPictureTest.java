package dev.octavo.tasks.draw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.Picture;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.TrueBox;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ResultPictureTest {
    private static final int W = 100;
    private static final int H = 60;
    private static final int HEAD = 18;
    private static final List<String> CLASSES = List.of("cat", "dog");

    @Test
    void boxesStandWhereTheyAreInThePanelTheyBelongTo() throws Exception {
        BufferedImage drawn = read(new ResultPicture(gray(), CLASSES)
                .objects("annotated", List.of(new TrueBox(1, new Box(20, 30, 60, 50), TrueBox.Kind.PLAIN)))
                .detections(
                        "model",
                        List.of(
                                new Detection(0, 0.9f, new Box(-3, 40, 120, 55)),
                                new Detection(1, 0.2f, new Box(30, 10, 90, 20))),
                        0.3));
        assertThat(drawn.getWidth()).isEqualTo(2 * (2 * W) + 6);
        assertThat(drawn.getHeight()).isEqualTo(HEAD + 2 * H);
        int dog = Palette.of(2);
        int cat = Palette.of(1);
        assertThat(rgb(drawn, 2 * 20, HEAD + 2 * 40)).isEqualTo(dog); // left side
        assertThat(rgb(drawn, 2 * 59 + 1, HEAD + 2 * 40)).isEqualTo(dog); // right side
        assertThat(rgb(drawn, 2 * 40, HEAD + 2 * 49 + 1)).isEqualTo(dog); // bottom
        assertThat(rgb(drawn, 2 * 40, HEAD + 2 * 40)).isEqualTo(0x646464); // inside
        int right = 2 * W + 6;
        assertThat(rgb(drawn, right + 2 * 80, HEAD + 2 * 54 + 1)).isEqualTo(cat);
        assertThat(rgb(drawn, right + 2 * 40, HEAD + 2 * 10)).isEqualTo(0x646464); // scores too little
        assertThat(rgb(drawn, right - 3, HEAD + 2 * 54)).isEqualTo(0xffffff); // the gap
    }

    @Test
    void masksColourThePhotographAndAreExplained() throws Exception {
        byte[] labels = new byte[W * H];
        labels[0] = 1;
        labels[5 * W + 7] = (byte) 255;
        BufferedImage drawn = read(
                new ResultPicture(gray(), List.of("background", "cat")).labels("model", new LabelMap(W, H, labels)));
        assertThat(drawn.getHeight()).isEqualTo(HEAD + 2 * H + 2 * HEAD);
        assertThat(rgb(drawn, 1, HEAD + 1)).isEqualTo(0x752828); // 0.4 · 0x64 + 0.6 · (0x80, 0, 0)
        assertThat(rgb(drawn, 15, HEAD + 11)).isEqualTo(0xc1c1c1);
        assertThat(rgb(drawn, 30, HEAD + 1)).isEqualTo(0x646464);
        assertThat(rgb(drawn, 0, HEAD + 2 * H)).isEqualTo(Palette.of(1));
    }

    @Test
    void theColoursArePascalVocs() {
        int[] known = {0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0x808080, 0x400000};
        for (int k = 0; k < known.length; k++) {
            assertThat(Palette.of(k)).isEqualTo(known[k]);
        }
        assertThat(Palette.of(15)).isEqualTo(0xc08080);
    }

    @Test
    void everyLetterOfAClassHasAFormOfItsOwn() {
        String letters = "abcdefghijklmnopqrstuvwxyz0123456789.%-_:/,()+? ";
        assertThat(letters.chars().mapToObj(c -> dots((char) c)).distinct().count())
                .isEqualTo(letters.length());
        assertThat(dots('A')).isEqualTo(dots('a'));
        assertThat(dots('\u00e9')).isEqualTo(dots('?'));
    }

    private static String dots(char c) {
        StringBuilder dots = new StringBuilder();
        for (int i = 0; i < Glyphs.WIDTH * Glyphs.HEIGHT; i++) {
            dots.append(Glyphs.dot(c, i % Glyphs.WIDTH, i / Glyphs.WIDTH) ? '#' : '.');
        }
        return dots.toString();
    }

    private static Picture gray() {
        byte[] samples = new byte[W * H];
        java.util.Arrays.fill(samples, (byte) 0x64);
        return new Picture(W, H, 1, samples);
    }

    private static int rgb(BufferedImage image, int x, int y) {
        return image.getRGB(x, y) & 0xffffff;
    }

    private static BufferedImage read(ResultPicture picture) throws Exception {
        return ImageIO.read(new ByteArrayInputStream(picture.png()));
    }
}
