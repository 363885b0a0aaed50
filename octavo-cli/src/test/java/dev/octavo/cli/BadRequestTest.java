package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Recipes, outputs and command lines that cannot be meant. */
class BadRequestTest extends BadInput {
    // ---- recipes ----------------------------------------------------------------------------------------------

    @Test
    void aRecipeWithAnUnknownKey() throws IOException {
        quantize(model, data, "--recipe", recipe("plan:\n  target: onnxruntime-cpu\n  keep-flaot: [ stem.conv ]\n"))
                .refused("recipe.yaml line 3", "keep-flaot", "did you mean keep-float?");
        leavesNothing();
    }

    @Test
    void aRecipeThatIsNoYamlOrNotThere() throws IOException {
        quantize(model, data, "--recipe", recipe("plan: [ unclosed\n")).refused("recipe.yaml line", "not YAML");
        quantize(model, data, "--recipe", folder.resolve("no.yaml")).refused("no.yaml");
        leavesNothing();
    }

    @Test
    void aRecipeWithValuesThatCannotBe() throws IOException {
        quantize(model, data, "--recipe", recipe("plan:\n  weights: { bits: 99 }\n"))
                .refused("recipe.yaml line 2", "99 bits");
        quantize(model, data, "--recipe", recipe("plan:\n  activations: { range: percentil }\n"))
                .refused("recipe.yaml line 2", "percentil");
        quantize(model, data, "--recipe", recipe("plan:\n  activations: { keep: 99.99 }\n"))
                .refused("recipe.yaml line 2", "keep is a fraction");
        leavesNothing();
    }

    @Test
    void aGlobThatMatchesNothing() throws IOException {
        quantize(model, data, "--recipe", recipe("plan:\n  keep-float: [ steam.conv ]\n"))
                .refused("steam.conv", "did you mean stem.conv", "octavo inspect");
        quantize(model, data, "--keep-float", "features.77.*").refused("features.77.*", "did you mean features.");
        leavesNothing();
    }

    // ---- outputs ----------------------------------------------------------------------------------------------

    @Test
    void anOutputThatIsAnInput() throws IOException {
        byte[] before = Files.readAllBytes(model);
        quantize(model, data, "-o", model).refused("model.onnx", "is the input");
        Path link = Files.createSymbolicLink(out.resolve("link.onnx"), model);
        quantize(model, data, "-o", link).refused("link.onnx", "is the input");
        quantize(link, data, "-o", model).refused("is the input");
        assertThat(model).hasBinaryContent(before);
        assertThat(Octavo.names(out)).containsExactly("link.onnx");

        Path zip = Files.write(folder.resolve("data.zip"), new byte[0]);
        quantize(model, zip, "-o", zip).refused("data.zip", "is the input");
    }

    @Test
    void anOutputThatCannotBeWritten() throws IOException {
        quantize(model, data, "-o", folder.resolve("no/such/m.onnx")).refused("there is no folder", "mkdir -p");
        quantize(model, data, "-o", out).refused("that is a folder");
        quantize(model, data, "-o", model.resolve("m.onnx")).refused("model.onnx", "there is no folder");
        if (Files.isDirectory(Path.of("/proc/self"))) {
            // The superuser may write where others may not, but nobody may make files here.
            quantize(model, data, "-o", "/proc/self/m.onnx").refused("cannot write /proc/self/m.onnx");
        }
        Files.createDirectory(out.resolve("m.plan.json"));
        quantize(model, data, "-o", out.resolve("m.onnx")).refused("m.plan.json", "that is a folder");
        assertThat(Octavo.names(out)).containsExactly("m.plan.json");
    }

    @Test
    void aDemoFolderThatIsAFile() {
        Octavo.run("demo", "-o", model).refused("model.onnx", "it is a file");
    }

    // ---- usage ------------------------------------------------------------------------------------------------

    @Test
    void commandLinesThatCannotBeMeant() {
        Octavo.run().misused("needs a command");
        Octavo.run("quantise").misused("quantise", "quantize");
        Octavo.run("quantize").misused("MODEL");
        Octavo.run("quantize", model, "--data", data).misused("--output");
        Octavo.run("inspect", model, "--vlues").misused("--vlues", "did you mean --values?");
        Octavo.run("evaluate", model, "--task", "depth", "--data", data).misused("depth", "--task");
        quantize(model, data, "--samples", "many").misused("many", "--samples");
        quantize(model, data, "--samples", "0").misused("0");
        quantize(model, data, "--threads", "0").misused("--threads is 0");
        quantize(model, data, "--weights", "per-row").misused("per-row", "per-channel");
        quantize(model, data, "--weight-bits", "1").misused("1 bits");
        quantize(model, data, "--range", "minmax").misused("minmax", "min-max");
        quantize(model, data, "--keep", "0.9").misused("no 'keep'");
        quantize(model, data, "--objective", "fun").misused("fun");
        quantize(model, data, "--test-samples", "5").misused("--task");
        quantize(model, data, "--mean", "1,2").misused("mean");
        quantize(model, data, "--std", "0").misused("std");
        quantize(model, data, "--resize", "48", "--resize-shorter", "48").misused("exclude each other");
        quantize(model, data, "--labels", folder.resolve("no.csv")).misused("no.csv");
        quantize(model, folder.resolve("d.yaml"), "--mean", "1").misused("d.yaml");
        Octavo.run("demo", "--samples", "0").misused("--samples is 0");
        leavesNothing();
    }
}
