package dev.octavo.ort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.ort.RunClock.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RunClockTest {
    private static final long NANOS = 20_000_000;

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void knowsRunsThatOthersDisturbed() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        Set<String> before = CoreWait.threads();
        List<Thread> others = new ArrayList<>();
        int cores = Runtime.getRuntime().availableProcessors();
        try (RunClock clock = new RunClock(1, before)) {
            // Linux counts how long threads wait for a core; elsewhere nothing is known, and no run counts as clean.
            assertThat(clock.isKnowing()).isEqualTo(Files.isReadable(Path.of("/proc/thread-self/schedstat")));
            for (int i = 0; i < 4 * cores; i++) {
                Thread t = new Thread(() -> {
                    while (!stop.get()) {
                        Thread.onSpinWait();
                    }
                });
                t.setDaemon(true);
                t.start();
                others.add(t);
            }
            int clean = 0;
            for (int i = 0; i < 10; i++) {
                clock.start();
                spin(5 * NANOS);
                Run run = clock.stop();
                clean += run.clean() ? 1 : 0;
                // Time on the core alone: five threads share one.
                assertThat(run.micros()).isLessThan(0.9 * 5 * NANOS / 1e3);
            }
            assertThat(clean).isZero();
        } finally {
            stop.set(true);
            for (Thread t : others) {
                t.join();
            }
        }
    }

    @Test
    void countsWhatWatchedThreadsWait() throws InterruptedException {
        Set<String> before = CoreWait.threads();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> crowd = new ArrayList<>();
        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            Thread t = new Thread(() -> {
                while (!stop.get()) {
                    spin(1000);
                }
            });
            t.setDaemon(true);
            t.start();
            crowd.add(t);
        }
        try (CoreWait wait = CoreWait.ofCallerAndSince(before)) {
            long first = wait.nanos().orElse(-1);
            Thread.sleep(200);
            long second = wait.nanos().orElse(-1);
            // Three of four are waiting at any time.
            assertThat(second - first > NANOS).isEqualTo(second >= 0);
        } finally {
            stop.set(true);
            for (Thread t : crowd) {
                t.join();
            }
        }
    }
}
