package dev.octavo.tasks.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.Golden;
import dev.octavo.tasks.Pictures;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderTest {
    private final PictureDecoder decoder = new PictureDecoder();

    @AfterEach
    void close() {
        decoder.close();
    }

    @Test
    void looksAtTheContentNotTheName() throws Exception {
        assertThat(decoder.decode(Pictures.file("png", 4, 3, 1), "a.jpg").width())
                .isEqualTo(4);
        assertThat(decoder.decode(Pictures.file("jpg", 4, 3, 1), "a.png").width())
                .isEqualTo(4);
    }

    @Test
    void refusesWhatIsNoPicture() {
        for (String text : List.of("", "x", "GIF89a....", "no picture, just text that is long enough")) {
            byte[] file = text.getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> decoder.decode(file, "a.jpg"))
                    .isInstanceOf(UnreadableSampleException.class)
                    .hasMessageContaining("a.jpg");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"q90_444.jpg", "q75_420.jpg", "progressive.jpg", "gray.jpg", "rgb.png", "palette.png"})
    void refusesAPictureThatIsCutOff(String name) throws Exception {
        byte[] whole = Golden.bytes("pillow-decode/" + name);
        for (int length = whole.length / 2; length > 0; length = length * 2 / 3) {
            byte[] half = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> decoder.decode(half, name)).isInstanceOf(UnreadableSampleException.class);
        }
        assertThat(decoder.decode(whole, name)).isNotNull();
    }

    @Test
    void refusesMorePixelsThanAnyPictureHasBeforeDecoding() {
        byte[] png = Pictures.file("png", 4, 3, 1);
        png[16] = 0x00;
        png[17] = 0x10;
        png[20] = 0x00;
        png[21] = 0x10;
        byte[] jpeg = Pictures.file("jpg", 4, 3, 1);
        int frame = frame(jpeg);
        Arrays.fill(jpeg, frame + 5, frame + 9, (byte) 0xff);
        for (byte[] bomb : List.of(png, jpeg)) {
            assertThatThrownBy(() -> decoder.decode(bomb, "bomb"))
                    .isInstanceOf(UnreadableSampleException.class)
                    .hasMessageContaining("100 million");
        }
    }

    @Test
    void ignoresAColourProfile() throws Exception {
        byte[] plain = Golden.bytes("pillow-decode/q90_444.jpg");
        // A segment that begins as a profile does; ImageIO would try to convert by it.
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(plain, 0, 2);
        byte[] profile = "ICC_PROFILE\0\1\1 not a profile at all".getBytes(StandardCharsets.ISO_8859_1);
        out.write(0xff);
        out.write(0xe2);
        out.write(0);
        out.write(profile.length + 2);
        out.writeBytes(profile);
        out.write(plain, 2, plain.length - 2);
        assertThat(decoder.decode(out.toByteArray(), "p").samples())
                .isEqualTo(decoder.decode(plain, "q").samples());
    }

    @Test
    void severalThreadsGetTheSamePixels() throws Exception {
        List<byte[]> files = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            byte[] file = Pictures.file(i % 3 == 0 ? "png" : "jpg", 20 + i, 30, i);
            files.add(file);
            expected.add(decoder.decode(file, "f").samples());
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<byte[]>> futures = new ArrayList<>();
            for (int i = 0; i < 480; i++) {
                byte[] file = files.get(i % files.size());
                futures.add(threads.submit(() -> decoder.decode(file, "f").samples()));
            }
            for (int i = 0; i < futures.size(); i++) {
                assertThat(futures.get(i).get()).isEqualTo(expected.get(i % expected.size()));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"q90_444.jpg", "progressive.jpg", "gray.jpg", "rgb.png", "palette.png", "rgb_16_bit.png"})
    void damagedFilesAreUnreadableAndNothingElse(String name) throws Exception {
        byte[] whole = Golden.bytes("pillow-decode/" + name);
        Random random = new Random(name.hashCode());
        for (int round = 0; round < 400; round++) {
            byte[] damaged = whole.clone();
            // Mostly in the header, where every byte steers something.
            int reach = round % 4 == 0 ? damaged.length : Math.min(damaged.length, 700);
            for (int k = random.nextInt(4); k >= 0; k--) {
                damaged[random.nextInt(reach)] = (byte) random.nextInt(256);
            }
            try {
                Picture p = decoder.decode(damaged, name);
                assertThat(p.samples()).hasSize(p.width() * p.height() * p.channels());
            } catch (UnreadableSampleException e) {
                assertThat(e).hasMessageContaining(name);
            }
        }
        assertThat(decoder.decode(whole, name)).isNotNull();
    }

    private static int frame(byte[] jpeg) {
        for (int i = 2; i < jpeg.length; i++) {
            if ((jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == 0xc0) {
                return i;
            }
        }
        throw new AssertionError("no frame header");
    }
}
