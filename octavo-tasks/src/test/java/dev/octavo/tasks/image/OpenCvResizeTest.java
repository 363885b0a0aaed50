package dev.octavo.tasks.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every byte as OpenCV's {@code resize} with {@code INTER_LINEAR} gives it. */
class OpenCvResizeTest {
    @Test
    void equalsOpenCv() throws IOException {
        List<Path> cases;
        try (Stream<Path> all = Files.list(Golden.file("opencv-resize"))) {
            cases = all.filter(p -> p.toString().endsWith(".npy")).sorted().toList();
        }
        assertThat(cases).hasSizeGreaterThan(12);
        for (Path file : cases) {
            String name = file.getFileName().toString();
            String source = name.substring(0, name.lastIndexOf('_')) + "_in.npy";
            Picture from = picture(Golden.array("pillow-resize/" + source));
            Picture expected = picture(Golden.array("opencv-resize/" + name));
            Picture actual = Resampler.resize(from, expected.width(), expected.height(), ResizeFilter.LINEAR);
            int at = Arrays.mismatch(actual.samples(), expected.samples());
            assertThat(at).as(name + ", first different byte").isEqualTo(-1);
        }
    }

    private static Picture picture(Tensor t) {
        Shape s = t.shape();
        byte[] samples = new byte[(int) t.elements()];
        t.storage().slice(0, samples.length).get(samples);
        return new Picture((int) s.dim(1), (int) s.dim(0), s.rank() == 3 ? 3 : 1, samples);
    }
}
