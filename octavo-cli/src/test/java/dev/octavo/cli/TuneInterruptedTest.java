package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.onnx.OnnxReader;
import dev.octavo.tasks.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that is killed while it tunes leaves its best so far, whole, and the next one goes on from the log. */
@DisabledOnOs(OS.WINDOWS)
class TuneInterruptedTest {
    @TempDir
    static Path folder;

    private static Path model;
    private static Path data;

    @BeforeAll
    static void writeInputs() throws Exception {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        data = Octavo.pictures(folder.resolve("pictures"), 10, 48);
    }

    /* After so many lines: before there is anything to keep, and after. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aKillLosesOneMeasurementAtMost(int lines) throws Exception {
        Path out = Files.createDirectory(folder.resolve("killed-" + lines));
        Path log = out.resolve("m.tune.jsonl");
        Process victim = start(out);
        for (int i = 0; i < 20_000 && victim.isAlive() && lines(log) < lines; i++) {
            Thread.sleep(2);
        }
        victim.destroyForcibly();
        assertThat(victim.waitFor(60, TimeUnit.SECONDS)).isTrue();
        List<String> before = Files.readAllLines(log);
        assertThat(before).hasSizeGreaterThanOrEqualTo(lines);
        // The float network alone is no model to keep; after any other line there is one, and it is whole.
        if (lines(log) > 1) {
            assertThat(OnnxReader.read(out.resolve("m.onnx")).nodes()).isNotEmpty();
        }

        assertThat(ended(start(out))).isIn(Failures.DONE, Failures.TARGET_MISSED);
        List<String> after = Files.readAllLines(log);
        int whole = (int) before.stream().filter(l -> l.endsWith("}")).count();
        assertThat(after.subList(0, whole)).isEqualTo(before.subList(0, whole));
        assertThat(after.stream().map(l -> l.substring(0, l.indexOf("\"measures\""))))
                .doesNotHaveDuplicates();
        assertThat(OnnxReader.read(out.resolve("m.onnx")).nodes()).isNotEmpty();
        assertThat(Octavo.names(out)).containsExactly("m.onnx", "m.plan.json", "m.recipe.yaml", "m.tune.jsonl");
    }

    @Test
    void noMeasurementBeginsThatTheBudgetHasNoTimeFor() throws Exception {
        Path out = Files.createDirectory(folder.resolve("budget"));
        int code = ended(start(out, "--budget", "0.001"));
        assertThat(code).isEqualTo(Failures.TARGET_MISSED);
        assertThat(Files.readString(folder.resolve("budget.log"))).contains("time was up");
        // The float network is measured in any case.
        assertThat(Files.readAllLines(out.resolve("m.tune.jsonl"))).hasSize(1);
    }

    private static long lines(Path log) throws IOException {
        return Files.exists(log)
                ? Files.readString(log).chars().filter(c -> c == '\n').count()
                : 0;
    }

    private static Process start(Path out, String... more) throws IOException {
        List<Object> args = new java.util.ArrayList<>(List.of(
                "tune",
                model,
                "--data",
                data,
                "--resize",
                "48",
                "--weight-bits",
                "2",
                "--threads",
                "1",
                "--target",
                "* sqnr 18",
                "-o",
                out.resolve("m.onnx")));
        args.addAll(List.of(more));
        return Octavo.process(folder.resolve("cache"), args.toArray())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(out.getFileName() + ".log").toFile())
                .start();
    }

    private static int ended(Process process) throws InterruptedException {
        assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
