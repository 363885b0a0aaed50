package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.cli.Octavo.Ran;
import dev.octavo.core.testing.RealData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detection and segmentation by published networks on a part of Pascal VOC, against what Python makes of the same. */
class VocTasksTest {
    private static final Path ROOT = root();

    @TempDir
    Path folder;

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("mvnw")) ? here : here.resolve("..").normalize();
    }

    @Test
    void detectionScoresWhatPythonScores() throws Exception {
        Optional<Path> data = RealData.folder("voc_detection");
        if (data.isEmpty()) {
            return;
        }
        JsonNode expected = golden("detection");
        Path yaml = part("voc-detection.yaml", data.get(), expected);
        Path model = data.get().resolve("mobilenetv2_yolov3_nano_voc.onnx");
        JsonNode scores = json("evaluate", model, "--task", "detection", "--data", yaml, "--json");
        assertThat(scores.path("samples").asInt()).isEqualTo(22);
        // A score in another last bit may exchange two detections of the ranking.
        assertThat(scores.path("mapArea").asDouble())
                .isCloseTo(expected.path("mapArea").asDouble(), within(2e-4));
        JsonNode interval = scores.path("intervals").path("mapArea");
        assertThat(scores.path("mapArea").asDouble())
                .isBetween(
                        interval.path("low").asDouble(), interval.path("high").asDouble());
        int classes = 0;
        for (JsonNode ap : expected.path("perClass")) {
            classes += ap.isNull() ? 0 : 1;
        }
        Stream<String> named = Stream.of(scores.toString().split("\"ap\\.", -1)).skip(1);
        assertThat(named.count()).isEqualTo(classes);
    }

    @Test
    void aModelBesideAnotherIsDrawnWhereTheyDiffer() throws Exception {
        Optional<Path> data = RealData.folder("voc_detection");
        if (data.isEmpty()) {
            return;
        }
        Path yaml = part("voc-detection.yaml", data.get(), golden("detection"));
        Path model = data.get().resolve("mobilenetv2_yolov3_nano_voc.onnx");
        Path int8 = folder.resolve("int8.onnx");
        Ran made = Octavo.run(
                        "quantize",
                        model,
                        "--data",
                        yaml,
                        "--samples",
                        "6",
                        "--range",
                        "min-max",
                        "--objective",
                        "size",
                        "--task",
                        "detection",
                        "--test-samples",
                        "8",
                        "-o",
                        int8)
                .succeeded();
        assertThat(made.out()).contains("mAP (area)", "simulated", "executed", "against float", "on 8 examples");
        JsonNode facts = new ObjectMapper()
                .readTree(Files.readString(folder.resolve("int8.summary.json")))
                .path("accuracy");
        double before = facts.path("float").path("mapArea").asDouble();
        assertThat(facts.path("executed").path("mapArea").asDouble()).isCloseTo(before, within(0.25));
        JsonNode difference = facts.path("executed").path("difference").path("mapArea");
        assertThat(difference.path("low").asDouble())
                .isLessThanOrEqualTo(difference.path("high").asDouble());

        Path pictures = folder.resolve("pictures");
        JsonNode both = json(
                "evaluate",
                model,
                "--against",
                int8,
                "--task",
                "detection",
                "--data",
                yaml,
                "--pictures",
                pictures,
                "--worst",
                "2",
                "--json");
        assertThat(both.path("changedMost").size()).isEqualTo(2);
        assertThat(Octavo.names(pictures)).hasSize(2).allMatch(n -> n.matches("00[12]-\\d{6}\\.png"));
        JsonNode itself = json(
                "evaluate",
                model,
                "--against",
                model,
                "--task",
                "detection",
                "--data",
                yaml,
                "--samples",
                "5",
                "--json");
        assertThat(itself.path("change").asDouble()).isZero();
        assertThat(itself.path("against")
                        .path("difference")
                        .path("mapCoco")
                        .path("high")
                        .asDouble())
                .isZero();
    }

    @Test
    void segmentationScoresWhatPythonScores() throws Exception {
        Optional<Path> data = RealData.folder("voc_segmentation");
        if (data.isEmpty()) {
            return;
        }
        JsonNode expected = golden("segmentation");
        Path yaml = part("voc-segmentation.yaml", data.get(), expected);
        Path model = data.get().resolve("deeplabv3_mobilenet_v2_voc.onnx");
        JsonNode scores = json("evaluate", model, "--task", "segmentation", "--data", yaml, "--json");
        assertThat(scores.path("samples").asInt()).isEqualTo(6);
        assertThat(scores.path("miou").asDouble())
                .isCloseTo(expected.path("miou").asDouble(), within(1e-4));
        assertThat(scores.path("pixelAccuracy").asDouble())
                .isCloseTo(expected.path("pixelAccuracy").asDouble(), within(1e-4));
    }

    @Test
    void whatTheDataDoNotSayIsAskedFor() throws Exception {
        Optional<Path> data = RealData.folder("voc_detection");
        if (data.isEmpty()) {
            return;
        }
        Path model = data.get().resolve("mobilenetv2_yolov3_nano_voc.onnx");
        Path yaml = part("voc-detection.yaml", data.get(), golden("detection"));
        String whole = Files.readString(yaml);
        String bare = whole.substring(0, whole.indexOf("postprocess:"));
        Files.writeString(yaml, bare);
        Octavo.run("evaluate", model, "--task", "detection", "--data", yaml).refused("postprocess", "yolo");
        Octavo.run("evaluate", model, "--task", "segmentation", "--data", yaml).refused("no masks");
        Files.writeString(yaml, whole.replaceAll("boxes: .*\n", ""));
        Octavo.run("evaluate", model, "--task", "detection", "--data", yaml).refused("no boxes");
        Files.writeString(yaml, whole.replace("head1", "head7"));
        Octavo.run("evaluate", model, "--task", "detection", "--data", yaml).refused("head7", "head0, head1");
        Files.writeString(
                yaml,
                whole.replace("class: class }", "class: class_index }")
                        .replaceAll("classes: .*\n", "classes: [a, b]\n"));
        Octavo.run("evaluate", model, "--task", "detection", "--data", yaml).refused("classes names 2");
        Octavo.run("evaluate", model, "--task", "detection", "--data", yaml, "--pictures", folder)
                .misused("--against");
        Octavo.run("evaluate", model, "--task", "detecting", "--data", yaml).misused("detecting");
    }

    /** The data set file that the benchmarks use, on those pictures that are in the golden part. */
    private Path part(String name, Path data, JsonNode expected) throws IOException {
        List<String> names = new ArrayList<>();
        expected.path("pictures").forEach(n -> names.add(n.asText()));
        Files.write(folder.resolve("part.txt"), names);
        String text = Files.readString(ROOT.resolve("octavo-bench/tasks").resolve(name))
                .replace("DATA", Objects.requireNonNull(data.getParent()).toString());
        return Files.writeString(folder.resolve(name), "list: part.txt\n" + text);
    }

    private static JsonNode golden(String task) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(VocTasksTest.class.getResourceAsStream("/golden/voc-tasks/expected.json"))) {
            return new ObjectMapper().readTree(in).path(task);
        }
    }

    private static JsonNode json(Object... args) throws IOException {
        return new ObjectMapper().readTree(Octavo.run(args).succeeded().out());
    }
}
