package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.tasks.sample.SampleModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SensitivityCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void files() throws Exception {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        data = Octavo.pictures(folder.resolve("pictures"), 4, 48);
    }

    @Test
    void ranksSitesAndEndsWithTheChecks() throws Exception {
        Path csv = folder.resolve("sites.csv");
        String out = Octavo.run("sensitivity", model, "--data", data, "--csv", csv, "--rows", 3)
                .succeeded()
                .out();
        assertThat(out).contains("all sites").endsWith("self-check: float against itself 0.0000\n");
        assertThat(out.lines()).hasSize(7);
        List<String> lines = Files.readAllLines(csv);
        int l1 = Arrays.asList(lines.get(0).split(",")).indexOf("alone_l1");
        List<Double> harm = lines.stream()
                .skip(1)
                .map(l -> Double.valueOf(l.split(",")[l1]))
                .toList();
        assertThat(harm.get(harm.size() - 1)).isZero();
        assertThat(harm.subList(0, harm.size() - 2))
                .hasSizeGreaterThan(20)
                .isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    @Test
    void scoresTheTaskToo() {
        String json = Octavo.run("sensitivity", model, "--data", data, "--task", "classification", "--json")
                .succeeded()
                .out();
        assertThat(json).contains("\"alone_top1\"", "\"left_top1\"");
    }

    @Test
    void refusesWhatCannotBeMeant() {
        Octavo.run("sensitivity", model, "--data", data, "--output", "box=1").misused("no output 'box'");
        Octavo.run("sensitivity", model, "--data", data, "--rows", -1).misused("--rows is -1");
    }
}
