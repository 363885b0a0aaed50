package dev.octavo.ort;

import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.RandomGraphs;
import dev.octavo.onnx.evidence.EvidenceCodec;
import java.nio.file.Path;
import java.time.Duration;

/** A program that sweeps slowly, for a test that kills it. */
final class SweepVictim {
    private SweepVictim() {}

    public static void main(String[] args) {
        SweepOptions options =
                SweepOptions.standard().withThreads(3).withCheckpoint(Path.of(args[0]), Duration.ofMillis(10));
        EvidenceCodec.write(sweep(options, SweepVictim::sleep).evidence(), Path.of(args[1]));
    }

    static SweepResult sweep(SweepOptions options, Runnable onRead) {
        Graph graph = RandomGraphs.of(3);
        SeededData data = SeededData.of(graph, 400).unreadable(7, 199).onRead(onRead);
        return EvidenceSweep.collect(graph, "graph", EvidenceSweepTest.everything(graph), data, options, Progress.NONE);
    }

    static void sleep() {
        try {
            Thread.sleep(4);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
