package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.lidar.nuscenes.ResultFile;
import dev.octavo.lidar.sim.MakeScenes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A detector for point clouds on the command line: a random network, simulated scenes. */
class DetectorCommandsTest {
    @TempDir
    static Path folder;

    private static Path detector = Path.of("");
    private static Path scenes = Path.of("");

    @BeforeAll
    static void files() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.exists(here.resolve("mvnw")) ? here : here.resolve("..");
        Files.copy(
                root.resolve("octavo-lidar/src/test/resources/golden/centerpoint/small.pth"),
                folder.resolve("small.pth"));
        detector = Files.writeString(folder.resolve("detector.yaml"), """
                checkpoint: small.pth
                range: [-12.8, -12.8, -5, 12.8, 12.8, 3]
                voxel: [0.2, 0.2, 0.2]
                sweeps: 2
                heads: [[car], [truck, bus]]
                limit: [-13, -13, -10, 13, 13, 10]
                parts: 1
                by-layer: false
                """);
        scenes = folder.resolve("scenes");
        MakeScenes.write(scenes, new MakeScenes.Options(3, 2, 2, 2, 12));
    }

    private static JsonNode json(Octavo.Ran ran) throws IOException {
        return new ObjectMapper().readTree(ran.succeeded().out());
    }

    @Test
    void scoresADetectorAndWritesItsBoxes() throws IOException {
        Path results = folder.resolve("results.json");
        String text = Octavo.run("evaluate", detector, "--task", "nuscenes", "--data", scenes, "--results", results)
                .succeeded()
                .out();
        assertThat(text).contains("4 samples, ", "NDS", "mAP", "mATE", "m/s   velocity", "AP traffic_cone");
        assertThat(ResultFile.read(results)).hasSize(4);
        JsonNode one = json(Octavo.run(
                "evaluate",
                detector,
                "--task",
                "nuscenes",
                "--data",
                scenes,
                "--json",
                "--scenes",
                "scene-0001",
                "--samples",
                1,
                "--quiet"));
        assertThat(one.get("samples").asInt()).isEqualTo(1);
        assertThat(one.get("boxes").asInt()).isPositive();
        assertThat(one.get("NDS").asDouble()).isBetween(0.0, 1.0);
        assertThat(one.get("dropped").get("notFinite").asInt()).isZero();
    }

    @Test
    void quantizesADetectorWholeAndScoresIt() throws IOException {
        Path out = folder.resolve("int8");
        JsonNode made = json(Octavo.run(
                "quantize",
                detector,
                "--data",
                scenes,
                "-o",
                out,
                "--objective",
                "size",
                "--range",
                "least-squares",
                "--samples",
                2,
                "--keep-float",
                "*.hm.1",
                "--keep-float",
                "conv2.0.0",
                "--json",
                "--quiet"));
        assertThat(made.get("sparse").get("keptFloat")).hasSize(2);
        assertThat(made.get("sparse").get("smoothing")).hasSize(9);
        assertThat(made.get("dense").get("integerShare").asDouble()).isBetween(0.5, 0.999);
        assertThat(Octavo.names(out))
                .containsExactly("dense.onnx", "dense.plan.json", "detector.yaml", "sparse.onnx", "sparse.plan.json");
        for (String how : new String[] {"--quiet", "--simulate"}) {
            JsonNode scored = json(Octavo.run(
                    "evaluate", out.resolve("detector.yaml"), "--task", "nuscenes", "--data", scenes, "--json", how));
            assertThat(scored.get("samples").asInt()).isEqualTo(4);
            assertThat(scored.get("notNumbers")).isEmpty();
        }
    }

    /* The head in 8 bits, but for layers that lose so much. */
    private static Octavo.Ran headWithListOf(double loss) {
        return Octavo.run(
                        "quantize",
                        detector,
                        "--data",
                        scenes,
                        "-o",
                        folder.resolve("lossy"),
                        "--objective",
                        "size",
                        "--range",
                        "least-squares",
                        "--samples",
                        1,
                        "--only",
                        "head",
                        "--list-loss",
                        loss,
                        "--json")
                .succeeded();
    }

    private static double integerShare(Octavo.Ran ran) throws IOException {
        return json(ran).get("dense").get("integerShare").asDouble();
    }

    @Test
    void leavesLayersInFloatThatLoseMuch() throws IOException {
        Octavo.Ran some = headWithListOf(0.03);
        Octavo.Ran none = headWithListOf(9);
        assertThat(some.err()).contains("in float, for it lost more than 0.03: dense_head.");
        double kept = integerShare(some);
        double all = integerShare(none);
        assertThat(kept).isBetween(0.0, all - 1e-6);
    }

    /** The dense part is an ordinary model, and frames are an ordinary data set. */
    @Test
    void theDensePartGoesThroughTheOtherCommands() throws IOException {
        Path frames = frames();
        String whole = Octavo.run("evaluate", detector, "--task", "nuscenes", "--data", scenes, "--json")
                .succeeded()
                .out();
        Path csv = folder.resolve("sites.csv");
        String table = Octavo.run(
                        "sensitivity", detector, "--data", frames, "--task", "nuscenes", "--rows", 2, "--csv", csv)
                .succeeded()
                .out();
        assertThat(table).contains("NDS", "mAP").endsWith("self-check: float against itself 0.0000\n");
        assertThat(Files.readString(csv)).contains("alone_NDS", "left_mAP", "alone_AP.car");
        Path out = folder.resolve("dense.int8.onnx");
        String summary = Octavo.run(
                        "quantize", dense(), "--data", frames, "--task", "nuscenes", "-o", out, "--objective", "size")
                .succeeded()
                .out();
        assertThat(summary).contains("NDS", "executed");
        String float32 = Octavo.run("evaluate", dense(), "--data", frames, "--task", "nuscenes", "--json")
                .succeeded()
                .out();
        assertThat(Octavo.run("evaluate", dense(), "--against", out, "--data", frames, "--task", "nuscenes")
                        .succeeded()
                        .out())
                .contains("NDS", "mAP");
        Path page = folder.resolve("report.html");
        Octavo.run("report", dense(), out, "--data", frames, "--task", "nuscenes", "--samples", 2, "-o", page)
                .succeeded();
        assertThat(Files.readString(page)).contains("NDS");
        Octavo.run("compare", detector, out, "--data", frames, "--samples", 1).succeeded();
        ObjectMapper mapper = new ObjectMapper();
        assertThat(mapper.readTree(float32).get("NDS"))
                .isEqualTo(mapper.readTree(whole).get("NDS"));
        Octavo.run(
                        "tune",
                        dense(),
                        "--data",
                        frames,
                        "--task",
                        "nuscenes",
                        "--target",
                        "NDS -50",
                        "-o",
                        folder.resolve("tuned.onnx"),
                        "--samples",
                        2)
                .succeeded();
    }

    @Test
    void variesPartsSignsAndTheListOfLayers() throws IOException {
        Path out = folder.resolve("sweeps");
        String csv = Octavo.run(
                        "sweep",
                        detector,
                        "--data",
                        scenes,
                        "--over",
                        "parts",
                        "-o",
                        out,
                        "--samples",
                        2,
                        "--test-samples",
                        2,
                        "--range",
                        "least-squares",
                        "--keep-float",
                        "dense_head.heads_list.*.1",
                        "--quiet",
                        "--json")
                .succeeded()
                .out();
        JsonNode rows = new ObjectMapper().readTree(csv);
        assertThat(rows.findValuesAsText("label"))
                .containsExactly(
                        "-",
                        "signed",
                        "unsigned",
                        "only sparse",
                        "only backbone",
                        "only head",
                        "list in float",
                        "list W16A16");
        assertThat(rows.findValues("NDS")).hasSize(8);
        assertThat(Octavo.names(out)).contains("parts.csv", "parts.map.png", "parts.nds.png", "sweeps.html");
        Path list = out.resolve("parts.list.yaml");
        assertThat(Files.readString(list)).contains("\"dense_head.heads_list.0.hm.1\"");
        Octavo.run("quantize", dense(), "--data", frames(), "--recipe", list, "-o", folder.resolve("listed.onnx"))
                .succeeded();
    }

    @Test
    void variesWhatSmoothingDoesForASparseConvolution() throws IOException {
        Path out = folder.resolve("smoothing");
        for (String over : new String[] {"alpha", "input-scale"}) {
            String table = Octavo.run(
                            "sweep",
                            detector,
                            "--data",
                            scenes,
                            "--over",
                            over,
                            "-o",
                            out,
                            "--samples",
                            1,
                            "--values",
                            over.equals("alpha") ? "0.25,0.5,0.75" : "1,10",
                            "--layer",
                            "conv_input")
                    .succeeded()
                    .out();
            assertThat(table).contains("naive", "smoothed", "L1 loss");
        }
        assertThat(Octavo.names(out)).contains("alpha.csv", "alpha.l1-loss.png", "input-scale.l1-loss.png");
        Octavo.run("sweep", detector, "--data", scenes, "--over", "alpha", "-o", out, "--layer", "conv7")
                .refused("no convolution 'conv7'");
        Octavo.run("sweep", detector, "--data", scenes, "--over", "bits", "-o", out)
                .misused("bits cannot be varied of a detector");
    }

    private static Path frames() throws IOException {
        return Files.writeString(folder.resolve("frames.yaml"), "nuscenes: scenes\ndetector: detector.yaml\n");
    }

    private static Path dense() {
        Path file = folder.resolve("dense.onnx");
        dev.octavo.onnx.OnnxWriter.write(ModelFile.read(detector), file);
        return file;
    }

    @Test
    void refusesWhatCannotBeMeant() {
        Octavo.run("evaluate", detector, "--task", "classification", "--data", scenes)
                .misused("is a detector for point clouds");
        Octavo.run("evaluate", detector, "--task", "nuscenes", "--data", folder.resolve("none"))
                .refused("there is no folder");
        Octavo.run("evaluate", detector, "--task", "nuscenes", "--data", scenes, "--scenes", "other")
                .refused("no sample");
        Octavo.run("evaluate", detector, "--task", "nuscenes", "--data", scenes, "--samples", 0)
                .misused("the number of samples is 0");
        Octavo.run("evaluate", detector, "--task", "nuscenes", "--data", scenes, "--results", folder)
                .refused("is a folder");
        Octavo.run("evaluate", folder.resolve("no.yaml"), "--task", "nuscenes", "--data", scenes)
                .refused("cannot read the detector");
        Octavo.run("quantize", detector, "--data", scenes, "-o", folder.resolve("x"), "--task", "nuscenes")
                .misused("a detector is quantized on frames");
        Octavo.run("quantize", detector, "--data", scenes, "-o", folder.resolve("x"), "--range", "entropy,min-max")
                .misused("one range rule");
        Octavo.run("quantize", dense(), "--data", scenes, "-o", folder.resolve("x.onnx"), "--only", "head")
                .misused("are for a detector");
        Octavo.run("evaluate", dense(), "--data", scenes, "--task", "nuscenes", "--scenes", "a")
                .misused("are for a detector");
    }
}
