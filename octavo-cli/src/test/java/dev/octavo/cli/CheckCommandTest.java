package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.core.testing.TroubledNetwork;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.tasks.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
    /* What a fix changes for the check to see; what the others cost only measuring tells. */
    private static final Set<String> MENDED = Set.of("mixed-constant", "mixed-join", "coarse-output", "known-range");

    @TempDir
    Path folder;

    private Path troubled = Path.of("");

    @BeforeEach
    void write() {
        troubled = folder.resolve("troubled.onnx");
        OnnxWriter.write(TroubledNetwork.joined(), troubled);
    }

    private JsonNode check(Object... args) throws IOException {
        List<Object> all = new ArrayList<>(List.of("check", "--json", "--objective", "size"));
        all.addAll(List.of(args));
        return new ObjectMapper().readTree(Octavo.run(all.toArray()).succeeded().out());
    }

    private static double weight(JsonNode report, JsonNode finding) {
        for (JsonNode f : report.get("findings")) {
            if (f.get("kind").equals(finding.get("kind")) && f.get("where").equals(finding.get("where"))) {
                return f.get("weight").asDouble();
            }
        }
        return 0;
    }

    @Test
    void everyRecipeItOffersIsOneAndHelps() throws IOException {
        JsonNode before = check(troubled, "--known", "reference_points=-100:1");
        int helped = 0;
        for (JsonNode f : before.get("findings")) {
            for (JsonNode fix : f.get("fix")) {
                if (fix.asText().startsWith("model: ")) {
                    continue;
                }
                Path recipe = Files.writeString(folder.resolve("recipe.yaml"), fix.asText() + "\n");
                JsonNode after = check(troubled, "--known", "reference_points=-100:1", "--recipe", recipe);
                if (MENDED.contains(f.get("kind").asText())) {
                    assertThat(weight(after, f))
                            .as(fix.asText())
                            .isLessThan(f.get("weight").asDouble());
                    helped++;
                }
            }
        }
        assertThat(helped).isGreaterThan(5);
    }

    @Test
    void aQuantizedModelIsComparedWithItsFloatOne() throws IOException {
        Path model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        Path data = Octavo.pictures(folder.resolve("pictures"), 8, 48);
        Path quantized = folder.resolve("model.int8.onnx");
        Octavo.run("quantize", model, "--data", data, "--objective", "size", "--range", "min-max", "-o", quantized)
                .succeeded();
        JsonNode report = check(model, quantized, "--data", data, "--samples", 4);
        assertThat(report.get("source").asText()).isEqualTo("the quantized model");
        assertThat(report.get("weights").size()).isGreaterThan(5);
        assertThat(report.get("weights").get(0).get("sqnr").asDouble()).isBetween(25.0, 70.0);
        String text = Octavo.run("check", model, quantized).succeeded().out();
        assertThat(text)
                .contains("FORECAST  about x", "PLAN  ", "from the model")
                .doesNotContain("null", "NaN");
    }

    @Test
    void whatIsAskedForWronglyIsRefused() throws IOException {
        Octavo.run("check", troubled, "--known", "reference_points=5").misused("is no range");
        Octavo.run("check", troubled, "--known", "reference_points=1:0").misused("is no range");
        Octavo.run("check", troubled, "--rows", -1).misused("--rows is -1");
        Octavo.run("check", troubled, "--known", "points=0:1").refused("'points' is no value");
        Octavo.run("check", troubled, troubled).refused("no quantized value");
        Octavo.run("check", folder.resolve("none.onnx")).refused("there is no file");
    }
}
