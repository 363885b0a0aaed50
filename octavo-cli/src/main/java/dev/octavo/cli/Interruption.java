package dev.octavo.cli;

import dev.octavo.onnx.Scratch;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command that is interrupted (Ctrl-C, or a request to terminate) save its work: its thread is interrupted and
 * given a few seconds to end, and no file that is half written stays behind.
 */
final class Interruption {
    private static final long PATIENCE_SECONDS = 5;

    private final CountDownLatch ended = new CountDownLatch(1);

    private Interruption() {}

    static Interruption of(Thread worker) {
        Interruption i = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> i.interrupt(worker), "octavo-interruption"));
        return i;
    }

    /** The command has ended: nothing is left to interrupt. */
    void tooLate() {
        ended.countDown();
    }

    private void interrupt(Thread worker) {
        if (ended.getCount() == 0) {
            return;
        }
        worker.interrupt();
        try {
            boolean inTime = ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!inTime) {
                System.err.println("octavo: interrupted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Scratch.removeAll();
        }
    }
}
