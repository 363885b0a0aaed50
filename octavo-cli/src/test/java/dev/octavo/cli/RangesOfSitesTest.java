package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.tasks.sample.SampleModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recipe gives single sites a range rule of their own. */
class RangesOfSitesTest {
    @TempDir
    Path folder;

    @Test
    void aSiteGetsTheRuleThatTheRecipeNames() throws Exception {
        Path model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        Path data = Octavo.pictures(folder.resolve("pictures"), 6, 48);
        String input = OnnxReader.read(model).requiredInputs().get(0).name();
        Plan common = plan(model, data, "plan: { objective: size, activations: { range: min-max } }");
        Plan own = plan(
                model,
                data,
                "plan: { objective: size, activations: { range: min-max }, ranges: { \"" + input
                        + "\": percentile 0.5 } }");

        assertThat(scale(own, input)).isLessThan(0.8f * scale(common, input));
        long others = common.grids().keySet().stream()
                .filter(s -> !s.value().equals(input))
                .filter(s -> Objects.equals(common.grids().get(s), own.grids().get(s)))
                .count();
        assertThat(others).isGreaterThan(common.grids().size() / 2);

        Path wrong = Files.writeString(folder.resolve("w.yaml"), "plan: { ranges: { \"" + input + "\": measured } }");
        Octavo.run("quantize", model, "--data", data, "--recipe", wrong, "-o", folder.resolve("w.onnx"))
                .refused("no rule for a single site");
    }

    private static float scale(Plan plan, String value) {
        return Objects.requireNonNull(plan.grids().get(new Site.OfValue(value)))
                .channel(0)
                .scale();
    }

    private Plan plan(Path model, Path data, String recipe) throws Exception {
        Path file = Files.writeString(folder.resolve("r.yaml"), recipe);
        Path out = folder.resolve("q.onnx");
        Octavo.run("quantize", model, "--data", data, "--recipe", file, "-o", out)
                .succeeded();
        return ModelFile.plan(out).orElseThrow();
    }
}
