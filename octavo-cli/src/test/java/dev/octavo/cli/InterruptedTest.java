package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.tasks.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that is stopped while it quantizes leaves its checkpoint and nothing else, and the next one goes on. */
@DisabledOnOs(OS.WINDOWS)
class InterruptedTest {
    private static final String EVERY = "0.02";
    private static final List<String> COMPLETE = List.of("m.onnx", "m.plan.json", "m.summary", "m.summary.json");

    @TempDir
    static Path folder;

    private static Path model;
    private static Path data;
    private static Path whole;

    @BeforeAll
    static void quantizeUndisturbed() throws Exception {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        data = Octavo.pictures(folder.resolve("pictures"), 80, 700);
        whole = Files.createDirectory(folder.resolve("whole"));
        assertThat(ended(start(whole, EVERY))).isZero();
        assertThat(Octavo.names(whole)).isEqualTo(COMPLETE);
    }

    /* Not INT: a shell has what it runs in the background ignore that, this test perhaps included. */
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "KILL"})
    void aRunThatIsStoppedIsContinuedToTheSameBytes(String signal) throws Exception {
        Path stopped = Files.createDirectory(folder.resolve(signal));
        // On one thread, for what comes out does not depend on it, and there is more time to hit.
        Process victim = logged(quantize(stopped, EVERY, "--threads", "1"), stopped);
        Path checkpoint = stopped.resolve("m.evidence.part");
        waitFor(checkpoint, victim);
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(victim.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(ended(victim)).isEqualTo(128 + (signal.equals("TERM") ? 15 : 9));
        if (signal.equals("KILL")) {
            // What was being written at that very moment may lie there until the next run.
            assertThat(Octavo.names(stopped)).allMatch(n -> n.startsWith("m.evidence.part"));
        } else {
            assertThat(Octavo.names(stopped)).containsExactly("m.evidence.part");
            assertThat(log(stopped))
                    .contains("interrupted", "run the same command again")
                    .doesNotContain("\tat ");
        }

        assertThat(ended(start(stopped, EVERY))).isZero();
        assertThat(log(stopped)).contains("continued from the checkpoint");
        assertThat(Octavo.names(stopped)).isEqualTo(COMPLETE);
        assertThat(stopped.resolve("m.onnx")).hasSameBinaryContentAs(whole.resolve("m.onnx"));
        assertThat(stopped.resolve("m.plan.json")).hasSameBinaryContentAs(whole.resolve("m.plan.json"));
    }

    @Test
    void aDiskThatFillsUpLeavesTheFolderAsItWas() throws Exception {
        Path out = Files.createDirectory(folder.resolve("full"));
        for (int blocks : new int[] {400, 160}) {
            assertThat(ended(limited(blocks, out, "60"))).describedAs(log(out)).isEqualTo(Failures.INPUT);
            assertThat(log(out)).contains("octavo: ", "cannot", "\n  fix: ").doesNotContain("\tat ", "internal error");
            assertThat(Octavo.names(out)).isEmpty();
        }
        // A checkpoint that cannot be written ends the run too; an earlier, smaller one may remain.
        assertThat(ended(limited(40, out, EVERY))).isEqualTo(Failures.INPUT);
        assertThat(log(out)).contains("cannot be written", "\n  fix: ");
        assertThat(Octavo.names(out)).isSubsetOf("m.evidence.part");
    }

    @Test
    void aDiskThatFillsUpLeavesTheModelThatWasThere() throws Exception {
        Path out = Files.createDirectory(folder.resolve("replaced"));
        Path before = Files.writeString(out.resolve("m.onnx"), "an earlier model");
        assertThat(ended(limited(400, out, "60"))).describedAs(log(out)).isEqualTo(Failures.INPUT);
        assertThat(before).hasContent("an earlier model");
        assertThat(Octavo.names(out)).containsExactly("m.onnx");
    }

    private static ProcessBuilder quantize(Path out, String checkpointEvery, Object... more) {
        List<Object> args = new ArrayList<>(List.of(
                "quantize",
                model,
                "--data",
                data,
                "--resize",
                "48",
                "--objective",
                "size",
                "--range",
                "least-squares",
                "--checkpoint-every",
                checkpointEvery,
                "-o",
                out.resolve("m.onnx")));
        args.addAll(List.of(more));
        return Octavo.process(folder.resolve("cache"), args.toArray());
    }

    private static Process start(Path out, String checkpointEvery) throws IOException {
        return logged(quantize(out, checkpointEvery), out);
    }

    /* No file may grow beyond so many blocks of 512 or 1024 bytes: what a full disk is to a program. */
    private static Process limited(int blocks, Path out, String checkpointEvery) throws IOException {
        ProcessBuilder builder = quantize(out, checkpointEvery);
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh"));
        command.addAll(builder.command());
        return logged(builder.command(command), out);
    }

    private static Process logged(ProcessBuilder builder, Path out) throws IOException {
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve(out.getFileName() + ".log").toFile())
                .start();
    }

    private static String log(Path out) throws IOException {
        return Files.readString(folder.resolve(out.getFileName() + ".log"));
    }

    private static int ended(Process process) throws InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static void waitFor(Path file, Process process) throws InterruptedException {
        for (int i = 0; i < 10_000 && process.isAlive() && !Files.exists(file); i++) {
            Thread.sleep(5);
        }
        assertThat(file).exists();
    }
}
