package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages say what is so: their examples are read, their options exist, their links lead somewhere. */
class DocumentationTest {
    private static final Path ROOT = root();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

    /** Maven runs tests in the module's folder, others may in the project's. */
    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("mvnw")) ? here : here.resolve("..").normalize();
    }

    private static String page(String name) throws IOException {
        return Files.readString(ROOT.resolve(name));
    }

    private static List<String> blocks(String page, String language) {
        List<String> blocks = new ArrayList<>();
        Matcher m = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(page);
        while (m.find()) {
            blocks.add(m.group(1));
        }
        return blocks;
    }

    @Test
    void everyRecipeInThePagesQuantizesTheSample(@TempDir Path folder) throws IOException {
        List<String> recipes = blocks(page("docs/recipes.md"), "yaml");
        assertThat(recipes).hasSizeGreaterThan(2);
        Path model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        Path data = Octavo.pictures(folder.resolve("pictures"), 8, 48);
        for (String recipe : recipes) {
            Path file = Files.writeString(folder.resolve("recipe.yaml"), recipe);
            Octavo.run("quantize", model, "--data", data, "--recipe", file, "-o", folder.resolve("out.onnx"))
                    .succeeded();
        }
    }

    @Test
    void everyDataSetFileInThePagesIsRead(@TempDir Path folder) throws IOException {
        for (String name : List.of("README.md", "docs/datasets.md")) {
            for (String text : blocks(page(name), "yaml")) {
                Path file = Files.writeString(folder.resolve("pictures.yaml"), text);
                // Understood, and then the data themselves are missing.
                assertThatThrownBy(() -> Datasets.open(file, DatasetOptions.DEFAULT))
                        .isInstanceOf(ModelException.class)
                        .hasMessageContaining("there is no data");
            }
        }
    }

    @Test
    void everyOptionIsOnThePageOfCommands() throws IOException {
        String page = page("docs/commands.md");
        Main.commandLine().getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                assertThat(page).contains("## " + name);
                command.getCommandSpec().options().forEach(o -> assertThat(page).contains("`" + o.longestName()));
            }
        });
    }

    @Test
    void everyRangeRuleIsOnThePageOfRangeRules() throws IOException {
        assertThat(page("docs/range-rules.md"))
                .contains(RangeRules.names().keySet().toArray(String[]::new));
    }

    @Test
    void theJavaExampleIsTheOneThatIsTested() throws IOException {
        String shown = blocks(page("docs/java-api.md"), "java").get(0);
        String tested = page("octavo-cli/src/test/java/dev/octavo/example/QuantizeExample.java")
                .replace("package dev.octavo.example;", "")
                .replace("/** The program that {@code docs/java-api.md} shows. */", "")
                .replace("private QuantizeExample() {}", "");
        assertThat(shown).isEqualToIgnoringWhitespace(tested);
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String top : List.of("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")) {
            pages.add(ROOT.resolve(top));
        }
        try (Stream<Path> found = Files.walk(ROOT.resolve("docs"))) {
            found.filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path p : pages) {
            Matcher m = LINK.matcher(Files.readString(p));
            while (m.find()) {
                assertThat(p.resolveSibling(m.group(1)))
                        .describedAs("a link in " + p)
                        .exists();
            }
        }
    }
}
