package dev.octavo.lidar.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.nuscenes.ResultFile;
import dev.octavo.lidar.testing.References;
import dev.octavo.lidar.testing.SmallDetector;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.tasks.npy.NpyReader;
import dev.octavo.tasks.npy.NpyWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointCloudPageTest {
    @TempDir
    Path temp;

    @Test
    void thePageShowsTheProgramsThatRun() throws IOException {
        String page = Files.readString(Path.of("../docs/point-clouds.md"));
        List<String> shown = Pattern.compile("```java\n(.*?)\n```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(m -> m.group(1))
                .toList();
        assertThat(shown)
                .containsExactly(
                        body("DetectorExample", "        DetectorModel model"),
                        body("SparseExample", "        Map<String, Tensor> state"));
    }

    private static String body(String example, String from) throws IOException {
        String source = Files.readString(Path.of("src/test/java/dev/octavo/lidar/example/" + example + ".java"));
        return source.substring(source.indexOf(from), source.lastIndexOf("    }\n}\n"))
                .stripTrailing()
                .stripIndent();
    }

    @Test
    void theDetectorRuns() throws IOException {
        Path file = SmallDetector.write(temp);
        SmallDetector.scenes(temp);
        assertThat(DetectorExample.run(file, temp, temp.resolve("results.json")))
                .containsKeys("NDS", "mAP", "mAOE", "AP.car")
                .containsEntry("samples", 3.0);
        assertThat(ResultFile.read(temp.resolve("results.json"))).hasSize(3);
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
