package dev.octavo.ort;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.concurrent.Callable;

/** Whether cores are free just now: some threads count as fast as they can, and look how much of the time they got. */
public final class FreeCores {
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final long NANOS = 60_000_000;
    private static final double SHARE = 0.97;

    private FreeCores() {}

    /** Whether so many threads can each have a core for a while. Takes 60 ms; true where threads have no clock. */
    public static boolean areThere(int threads) {
        if (!CLOCK.isCurrentThreadCpuTimeSupported()) {
            return true;
        }
        Callable<Double> share = FreeCores::share;
        return Parallel.all(Collections.nCopies(threads, share), threads).stream()
                .allMatch(s -> s >= SHARE);
    }

    private static double share() {
        long began = System.nanoTime();
        long onCore = CLOCK.getCurrentThreadCpuTime();
        while (System.nanoTime() - began < NANOS) {
            Thread.onSpinWait();
        }
        return (CLOCK.getCurrentThreadCpuTime() - onCore) / (double) (System.nanoTime() - began);
    }
}
