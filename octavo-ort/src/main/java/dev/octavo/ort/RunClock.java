package dev.octavo.ort;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.OptionalLong;
import java.util.Set;

/** Times runs of networks, and tells those that had their cores to themselves from those that others disturbed. */
final class RunClock implements AutoCloseable {
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    /* Waking up costs some microseconds everywhere; more than this and a part of the run was somebody else's time. */
    private static final double WAITED = 0.02;
    private static final double WAKING_MICROS = 15;

    private final boolean alone;
    private final CoreWait wait;
    private long began;
    private long beganOnCore;
    private OptionalLong waited = OptionalLong.empty();

    /**
     * One run.
     *
     * @param micros what it took, in microseconds; with one thread, its time on the core alone
     * @param clean whether it is known that its threads hardly waited for a core
     */
    record Run(double micros, boolean clean) {}

    /**
     * A clock for sessions that were opened after {@code before} was listed by {@link CoreWait#threads}.
     *
     * @param threads how many work on a run, the calling one among them
     */
    RunClock(int threads, Set<String> before) {
        this.alone = threads == 1 && CLOCK.isCurrentThreadCpuTimeSupported();
        this.wait = CoreWait.ofCallerAndSince(before);
    }

    /** Whether it can tell clean runs from others on this system. */
    boolean isKnowing() {
        return wait.nanos().isPresent();
    }

    void start() {
        waited = wait.nanos();
        began = System.nanoTime();
        beganOnCore = alone ? CLOCK.getCurrentThreadCpuTime() : 0;
    }

    Run stop() {
        // With one thread it is this thread that works, and its own clock stands still while others have the core.
        double onCore = alone ? (CLOCK.getCurrentThreadCpuTime() - beganOnCore) / 1e3 : 0;
        double wall = (System.nanoTime() - began) / 1e3;
        OptionalLong now = wait.nanos();
        boolean clean = now.isPresent()
                && waited.isPresent()
                && (now.getAsLong() - waited.getAsLong()) / 1e3 <= WAITED * wall + WAKING_MICROS;
        return new Run(alone ? onCore : wall, clean);
    }

    @Override
    public void close() {
        wait.close();
    }
}
