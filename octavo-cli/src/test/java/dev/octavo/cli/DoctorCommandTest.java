package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.tasks.sample.SampleModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    @TempDir
    Path folder;

    @Test
    void namesCausesAndShowsTheLadder() throws Exception {
        Path model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        Path data = Octavo.pictures(folder.resolve("pictures"), 4, 48);
        String out = Octavo.run("doctor", model, "--data", data, "--weight-bits", 3, "--fix")
                .succeeded()
                .out();
        assertThat(out).contains("(weight): rounding", "remedy: plan: { int16: [", "+ as it is", " dB");
        assertThat(out.lines().filter(l -> l.startsWith("+ "))).hasSizeGreaterThan(1);
        Octavo.run("doctor", model, "--data", data, "--test-samples", 3).misused("need --task");
    }
}
