package dev.octavo.lidar.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.testing.References;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.tasks.npy.NpyReader;
import dev.octavo.tasks.npy.NpyWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointCloudPageTest {
    @TempDir
    Path temp;

    @Test
    void thePageShowsTheProgramThatRuns() throws IOException {
        String page = Files.readString(Path.of("../docs/point-clouds.md"));
        String shown = page.substring(page.indexOf("```java\n") + 8, page.indexOf("\n```", page.indexOf("```java\n")));
        String source = Files.readString(Path.of("src/test/java/dev/octavo/lidar/example/SparseExample.java"));
        String body =
                source.substring(source.indexOf("        Map<String, Tensor> state"), source.lastIndexOf("    }\n}\n"));
        assertThat(shown.strip()).isEqualTo(body.stripTrailing().stripIndent());
    }

    /** On a real frame, thinned out, with the small random checkpoint of the golden data. */
    @Test
    void theProgramRuns() throws IOException, URISyntaxException {
        Optional<Path> points = References.file("points_10sweeps.npy");
        if (points.isEmpty()) {
            return;
        }
        float[] some = Arrays.copyOf(NpyReader.read(points.get()).floats(), 5 * 20000);
        NpyWriter.write(temp.resolve("points.npy"), Tensor.ofFloats(Shape.of(20000, 5), some));
        Path checkpoint = Path.of(Objects.requireNonNull(getClass().getResource("/golden/centerpoint/small.pth"))
                .toURI());
        Tensor map = SparseExample.run(checkpoint, temp.resolve("points.npy"), temp.resolve("model.onnx"));
        assertThat(map.shape()).isEqualTo(Shape.of(1, 20, 180, 180));
        double largest = Arrays.stream(References.reals(map)).max().orElse(0);
        assertThat(largest).isPositive();
        assertThat(OnnxReader.read(temp.resolve("model.onnx")).nodes()).isNotEmpty();
    }
}
