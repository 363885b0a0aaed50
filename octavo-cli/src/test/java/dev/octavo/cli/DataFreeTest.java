package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.core.testing.RealData;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.tasks.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Quantizing without data, as a user sees it. */
class DataFreeTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        out = folder.resolve("out.onnx");
    }

    private Octavo.Ran dataFree(Object... more) {
        Object[] args = Stream.concat(
                        Stream.of("quantize", model, "--data-free", "--objective", "size", "-o", out), Stream.of(more))
                .toArray();
        return Octavo.run(args);
    }

    @Test
    void needsNoPicturesAndSaysWhereItsNumbersComeFrom() throws IOException {
        Octavo.Ran ran = dataFree("--mean", "120", "--std", "60", "--json").succeeded();
        JsonNode facts = new ObjectMapper().readTree(ran.out());
        assertThat(facts.path("data").asText())
                .contains(
                        "no data: batch-norm statistics",
                        "holds pixels 0..255 after scale 1.0 mean [120.0] std [60.0]");
        assertThat(facts.path("samples").asLong()).isZero();
        assertThat(facts.path("rangeChosen").asText()).isEqualTo("entropy");
        assertThat(facts.path("integerNodes").asInt())
                .isEqualTo(facts.path("computeNodes").asInt());
        assertThat(Files.readString(folder.resolve("out.plan.json"))).contains("no data: batch-norm statistics");
    }

    @Test
    void withoutPreProcessingWhatReadsTheInputStaysInFloat() throws IOException {
        JsonNode facts =
                new ObjectMapper().readTree(dataFree("--json").succeeded().out());
        assertThat(facts.path("data").asText()).contains("nothing is said of the input");
        assertThat(facts.path("floatNodes").toString()).contains("nothing is said of the values of the input");
        assertThat(facts.path("integerNodes").asInt())
                .isEqualTo(facts.path("computeNodes").asInt() - 1);
    }

    @Test
    void theScaleMayBeAFraction() throws IOException {
        JsonNode facts = new ObjectMapper()
                .readTree(dataFree("--scale", "1/255", "--json").succeeded().out());
        assertThat(facts.path("data").asText()).contains("after scale 0.003921569");
        dataFree("--scale", "1/x").misused("1/x", "1/255");
    }

    @Test
    void theSameCommandGivesTheSameModel() throws IOException {
        dataFree("--mean", "120", "--std", "60").succeeded();
        byte[] once = Files.readAllBytes(out);
        dataFree("--mean", "120", "--std", "60").succeeded();
        assertThat(Files.readAllBytes(out)).isEqualTo(once);
    }

    @Test
    void theAccuracyIsProvenOnOtherData() throws IOException {
        Path data = Octavo.pictures(folder.resolve("pictures"), 8, 48);
        dataFree("--mean", "120", "--std", "60", "--task", "classification", "--test-data", data)
                .succeeded();
        assertThat(Files.readString(folder.resolve("out.summary"))).contains("accuracy    on 8 examples");
    }

    @Test
    void whatCannotBeMeant() throws IOException {
        Path data = Octavo.pictures(folder.resolve("pictures"), 2, 48);
        dataFree("--data", data).misused("--data and --data-free exclude each other");
        dataFree("--samples", "5").misused("--samples and --data-free exclude each other");
        dataFree("--task", "classification").misused("--test-data");
        dataFree("--range", "measured").misused("measured", "entropy is taken then");
        dataFree("--checkpoint", folder.resolve("c")).misused("--checkpoint");
        dataFree("--mean", "1", "--channels", "1").misused("has 3 channels");
        Octavo.run("quantize", model, "-o", out).misused("--data-free");
        Octavo.run("evaluate", model, "--task", "classification").misused("--data");
        Path recipe = Files.writeString(folder.resolve("r.yaml"), "refine: [ { correct-bias: { from: samples } } ]\n");
        Octavo.Ran ran = dataFree("--recipe", recipe, "--mean", "120");
        assertThat(ran.code()).isEqualTo(Failures.INPUT);
        assertThat(ran.err()).contains("needs at least 4 samples to run, and has 0", "from: means");
        assertThat(out).doesNotExist();
    }

    /** DeepLab comes with its batch normalisations folded, and nothing kept of them. */
    @Test
    void aNetworkWhoseStatisticsAreLostIsRefused() {
        Optional<Path> voc = RealData.folder("voc_segmentation");
        if (voc.isEmpty()) {
            return;
        }
        Path deeplab = voc.get().resolve("deeplabv3_mobilenet_v2_voc.onnx");
        Octavo.run("quantize", deeplab, "--data-free", "--mean", "127.5", "--std", "127.5", "-o", out)
                .refused("has no batch normalisations", "export it again with its batch normalisations");
    }

    private static Path docs() {
        Path here = Path.of("").toAbsolutePath();
        Path root =
                Files.exists(here.resolve("mvnw")) ? here : here.resolve("..").normalize();
        return root.resolve("docs");
    }

    static Stream<Path> recipes() throws IOException {
        try (Stream<Path> files = Files.list(docs().resolve("recipes/data-free"))) {
            return files.sorted().toList().stream();
        }
    }

    /** On data, a recipe that says nothing of rewrites lets a broken network be repaired: then it is another row. */
    @ParameterizedTest
    @MethodSource("recipes")
    void everyRowIsOnThePageAndSaysWhatItRewrites(Path recipe) throws IOException {
        assertThat(Files.readString(docs().resolve("data-free.md")))
                .contains("(recipes/data-free/" + recipe.getFileName() + ")");
        assertThat(Files.readString(recipe)).containsPattern("(?m)^rewrite: \\[");
    }

    /** Every row of the tables is a recipe that can be run, and its passes do something or say why not. */
    @ParameterizedTest
    @MethodSource("recipes")
    void everyRowIsARecipe(Path recipe) throws IOException {
        JsonNode facts = new ObjectMapper()
                .readTree(dataFree("--recipe", recipe, "--mean", "120", "--std", "60", "--json")
                        .succeeded()
                        .out());
        QuantizeOptions options = Recipe.read(recipe, DataFreeOptions.defaults());
        assertThat(options.scheme().perChannel()).isFalse();
        for (GraphPass pass : options.rewrites()) {
            assertThat(facts.path("journal").toString()).contains("\"" + pass.name() + ": ");
        }
        assertThat(facts.path("journal").toString().contains("correct-bias: "))
                .isEqualTo(!options.refinements().isEmpty());
    }
}
