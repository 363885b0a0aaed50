package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.core.testing.RealData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of results in the report, of published networks on a part of Pascal VOC. */
class ReportPicturesTest {
    @TempDir
    Path folder;

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("mvnw")) ? here : here.resolve("..").normalize();
    }

    private JsonNode pictures(String task, String model, List<String> part) throws IOException {
        Optional<Path> data = RealData.folder("voc_" + task);
        if (data.isEmpty()) {
            return new ObjectMapper().createArrayNode();
        }
        Files.write(folder.resolve("part.txt"), part);
        String text = Files.readString(root().resolve("octavo-bench/tasks/voc-" + task + ".yaml"))
                .replace("DATA", Objects.requireNonNull(data.get().getParent()).toString());
        Path yaml = Files.writeString(folder.resolve("data.yaml"), "list: part.txt\n" + text);
        Path truth = data.get().resolve(model);
        Path int8 = folder.resolve("int8.onnx");
        Object[] quantize = {
            "quantize",
            truth,
            "--data",
            yaml,
            "--samples",
            1,
            "--range",
            "min-max",
            "--objective",
            "size",
            "--weights",
            "per-tensor",
            "-o",
            int8
        };
        Octavo.run(quantize).succeeded();
        Object[] report = {
            "report",
            truth,
            int8,
            "--data",
            yaml,
            "--samples",
            1,
            "--task",
            task,
            "--test-data",
            yaml,
            "--pictures",
            2,
            "-o",
            folder.resolve("report.html"),
            "--json"
        };
        JsonNode page =
                new ObjectMapper().readTree(Octavo.run(report).succeeded().out());
        assertThat(page.path("scores")).hasSize(3);
        // Weights per tensor, ranges of one picture: both networks change what they say.
        assertThat(page.path("pictures")).hasSize(2);
        return page.path("pictures");
    }

    private static BufferedImage image(JsonNode picture) throws IOException {
        String uri = picture.path("uri").asText();
        assertThat(uri).startsWith("data:image/jpeg;base64,").hasSizeLessThan(600_000);
        byte[] jpeg = Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1));
        return ImageIO.read(new ByteArrayInputStream(jpeg));
    }

    @Test
    void boxesAreDrawnFloatBesideQuantized() throws Exception {
        JsonNode pictures = pictures(
                "detection", "mobilenetv2_yolov3_nano_voc.onnx", List.of("000013", "000940", "009486", "007338"));
        for (JsonNode p : pictures) {
            assertThat(p.path("caption").asText()).matches("\\d{6}\\.jpg: change of scores \\d+\\.\\d+ in sum");
            // Three panels: annotated, float, quantized.
            assertThat(image(p).getWidth()).isGreaterThan(2 * image(p).getHeight());
        }
    }

    @Test
    void masksAreLaidOverFloatBesideQuantized() throws Exception {
        JsonNode pictures = pictures(
                "segmentation",
                "deeplabv3_mobilenet_v2_voc.onnx",
                List.of("2011_000548", "2010_002879", "2008_006728"));
        double last = 1;
        for (JsonNode p : pictures) {
            String caption = p.path("caption").asText();
            assertThat(caption).contains("of the pixels have another label");
            double share = Double.parseDouble(caption.split(" ", -1)[1]);
            assertThat(share).isBetween(0.001, last);
            last = share;
            assertThat(image(p).getWidth()).isGreaterThan(600);
        }
    }
}
