package dev.octavo.ort;

import static dev.octavo.ort.EvidenceSweepTest.bytes;
import static dev.octavo.ort.EvidenceSweepTest.everything;
import static dev.octavo.ort.EvidenceSweepTest.request;
import static dev.octavo.ort.EvidenceSweepTest.sweep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.testing.GraphText;
import dev.octavo.onnx.evidence.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepResumeTest {
    private static final SweepOptions PLAIN = SweepOptions.standard().withThreads(2);
    private final Graph graph = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> c -> Relu -> y");
    private final EvidenceRequest request = everything(graph);

    @TempDir
    Path folder;

    @Test
    void aSweepThatFailedIsContinuedToTheSameBits() {
        Path file = folder.resolve("sweep.ckpt");
        SweepOptions options = PLAIN.withCheckpoint(file, Duration.ofMillis(1));
        AtomicInteger reads = new AtomicInteger();
        SeededData dying = SeededData.of(graph, 40).unreadable(2).onRead(() -> {
            if (reads.incrementAndGet() > 25) {
                throw new IllegalStateException("power cut");
            }
        });
        assertThatThrownBy(() -> sweep(graph, request, dying, options)).hasMessage("power cut");
        int done = Checkpoint.read(file).orElseThrow().done().cardinality();
        assertThat(done).isBetween(1, 25);

        AtomicInteger rereads = new AtomicInteger();
        SeededData healthy = SeededData.of(graph, 40).unreadable(2).onRead(rereads::incrementAndGet);
        SweepResult result = EvidenceSweep.collect(graph, "graph", request, healthy, options, Progress.NONE);
        assertThat(result.notes())
                .containsExactly("continued from the checkpoint " + file + ": " + done + " of 40 samples were done");
        assertThat(rereads.get()).isEqualTo(40 - done + 1); // one to tell the shapes by
        assertThat(bytes(result.evidence()))
                .isEqualTo(bytes(sweep(graph, request, SeededData.of(graph, 40).unreadable(2), PLAIN)));
        assertThat(result.skipped()).hasSize(1);
        assertThat(file).doesNotExist();
    }

    @Test
    void anInterruptedSweepLeavesAValidCheckpointAndTheFlag() {
        Path file = folder.resolve("sweep.ckpt");
        Thread me = Thread.currentThread();
        AtomicInteger reads = new AtomicInteger();
        SeededData data = SeededData.of(graph, 5000).onRead(() -> {
            if (reads.incrementAndGet() == 30) {
                me.interrupt();
            }
        });
        SweepOptions options = PLAIN.withCheckpoint(file, Duration.ofHours(1));
        assertThatThrownBy(() -> sweep(graph, request, data, options))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("of 5000 samples are left");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Checkpoint.read(file).orElseThrow().done().cardinality()).isPositive();
        assertThat(bytes(sweep(graph, request, data, options))).isEqualTo(bytes(sweep(graph, request, data, PLAIN)));
    }

    @Test
    void aCheckpointOfSomethingElseIsIgnoredAloud() throws Exception {
        Path file = folder.resolve("sweep.ckpt");
        SweepOptions options = PLAIN.withCheckpoint(file, Duration.ofHours(1));
        List<String> said = new ArrayList<>();
        for (int other = 0; other < 4; other++) {
            interrupt(
                    other == 0 ? "elsewhere" : "graph",
                    other == 1 ? request("y") : request,
                    other == 2 ? 41 : 40,
                    options);
            if (other == 3) {
                Files.writeString(file, "rubbish");
            }
            SweepResult result =
                    EvidenceSweep.collect(graph, "graph", request, SeededData.of(graph, 40), options, Progress.NONE);
            said.addAll(result.notes());
            assertThat(bytes(result.evidence()))
                    .isEqualTo(bytes(sweep(graph, request, SeededData.of(graph, 40), PLAIN)));
        }
        String belongs =
                "ignored the checkpoint " + file + ": it belongs to another model, request, data set or version";
        assertThat(said).hasSize(4).startsWith(belongs, belongs, belongs);
        assertThat(said.get(3)).startsWith("ignored the checkpoint").contains("is not a checkpoint that can be used");
    }

    private void interrupt(String fingerprint, EvidenceRequest asked, int samples, SweepOptions options) {
        AtomicInteger reads = new AtomicInteger();
        SeededData dying = SeededData.of(graph, samples).onRead(() -> {
            if (reads.incrementAndGet() > 9) {
                throw new IllegalStateException("power cut");
            }
        });
        assertThatThrownBy(() -> EvidenceSweep.collect(graph, fingerprint, asked, dying, options, Progress.NONE))
                .hasMessage("power cut");
    }

    @Test
    void aCheckpointThatCannotBeWrittenEndsTheSweep() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "").resolve("sweep.ckpt");
        SweepOptions options = PLAIN.withCheckpoint(file, Duration.ofMillis(1));
        SeededData slow = SeededData.of(graph, 300).onRead(SweepVictim::sleep);
        assertThatThrownBy(() -> sweep(graph, request, slow, options))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void aProcessKilledAtAnyMomentIsContinuedToTheSameBits() throws Exception {
        Path checkpoint = folder.resolve("sweep.ckpt");
        Path evidence = folder.resolve("evidence.bin");
        Random r = new Random();
        for (int kill = 0; kill < 4; kill++) {
            Process victim = victim(checkpoint, evidence);
            Object before = key(checkpoint);
            for (int i = 0; i < 2000 && victim.isAlive() && key(checkpoint).equals(before); i++) {
                Thread.sleep(5);
            }
            Thread.sleep(r.nextInt(60));
            victim.destroyForcibly();
            assertThat(victim.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(checkpoint).exists();
        }
        Process survivor = victim(checkpoint, evidence);
        assertThat(survivor.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(survivor.exitValue()).isZero();
        assertThat(Files.readAllBytes(evidence))
                .isEqualTo(bytes(SweepVictim.sweep(PLAIN, () -> {}).evidence()));
        assertThat(checkpoint).doesNotExist();
    }

    private static Object key(Path file) {
        try {
            return Files.readAttributes(file, "fileKey,lastModifiedTime").toString();
        } catch (java.io.IOException e) {
            return "none";
        }
    }

    private Process victim(Path checkpoint, Path evidence) throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new ProcessBuilder(
                        java.toString(),
                        "-Xmx200m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SweepVictim.class.getName(),
                        checkpoint.toString(),
                        evidence.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("victim.log").toFile())
                .start();
    }
}
