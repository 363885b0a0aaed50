package dev.octavo.ort;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to sweep. Nothing here changes the evidence, to the last bit.
 *
 * @param threads samples in work at once
 * @param checkpoint the file in which the work done so far is kept, and from which an earlier sweep is continued;
 *     deleted once the evidence is complete
 * @param checkpointEvery how much work may be lost at most
 * @param keepGoing whether unreadable samples are skipped, as long as they are less than half; otherwise the first
 *     one ends the sweep
 */
public record SweepOptions(int threads, Optional<Path> checkpoint, Duration checkpointEvery, boolean keepGoing) {
    public SweepOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("a sweep takes at least 1 thread, got " + threads);
        }
        if (checkpointEvery.isNegative() || checkpointEvery.isZero()) {
            throw new IllegalArgumentException("the time between checkpoints is positive, got " + checkpointEvery);
        }
    }

    /** All cores, no checkpoint, unreadable samples skipped. */
    public static SweepOptions standard() {
        int cores = Runtime.getRuntime().availableProcessors();
        return new SweepOptions(cores, Optional.empty(), Duration.ofSeconds(5), true);
    }

    /** The same with another number of threads. */
    public SweepOptions withThreads(int n) {
        return new SweepOptions(n, checkpoint, checkpointEvery, keepGoing);
    }

    /** The same with a checkpoint, written every so often. */
    public SweepOptions withCheckpoint(Path file, Duration every) {
        return new SweepOptions(threads, Optional.of(file), every, keepGoing);
    }

    /** The same without a checkpoint. */
    public SweepOptions withoutCheckpoint() {
        return new SweepOptions(threads, Optional.empty(), checkpointEvery, keepGoing);
    }

    /** The same, but the first unreadable sample ends the sweep. */
    public SweepOptions failingFast() {
        return new SweepOptions(threads, checkpoint, checkpointEvery, false);
    }
}
