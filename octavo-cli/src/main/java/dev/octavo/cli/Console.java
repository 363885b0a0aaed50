package dev.octavo.cli;

import dev.octavo.core.data.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress on standard error: a bar with rate and time left on a terminal, a plain line now and
 * then elsewhere, nothing when asked to be quiet.
 */
final class Console implements Progress {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final int MOST_NAMED = 10;

    private final PrintWriter err;
    private final boolean terminal;
    private final boolean quiet;
    private @Nullable ProgressBar bar;
    private String what = "";
    private long total;
    private long done;
    private long doneBefore;
    private long began;
    private long lastLine;

    Console(PrintWriter err, boolean quiet) {
        this.err = err;
        this.quiet = quiet;
        // Java cannot tell whether standard error alone is a terminal; the launcher can, and says so.
        this.terminal = Boolean.getBoolean("octavo.terminal");
    }

    @Override
    public synchronized void begin(String title, long steps) {
        what = title;
        total = steps;
        done = 0;
        doneBefore = 0;
        began = System.nanoTime();
        lastLine = began;
        if (terminal && !quiet) {
            bar = new ProgressBarBuilder()
                    .setTaskName(title)
                    .setInitialMax(steps)
                    .setStyle(ProgressBarStyle.ASCII)
                    .showSpeed()
                    .setUpdateIntervalMillis(100)
                    .clearDisplayOnFinish()
                    .build();
        }
    }

    @Override
    public synchronized void advance(long steps) {
        if (steps > 0 && done == 0 && System.nanoTime() - began < 1_000_000) {
            doneBefore = steps; // a sweep that goes on from a checkpoint: not the work of this run
        }
        done += steps;
        if (bar != null) {
            bar.stepBy(steps);
        } else if (!quiet && System.nanoTime() - lastLine > BETWEEN_LINES.toNanos()) {
            lastLine = System.nanoTime();
            say(midway());
        }
    }

    @Override
    public synchronized void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
        double seconds = seconds();
        say(String.format(Locale.ROOT, "%s: %d in %.1f s (%.1f/s)", what, done - doneBefore, seconds, rate(seconds)));
    }

    private String midway() {
        double rate = rate(seconds());
        return String.format(
                Locale.ROOT,
                "%s: %d of %d, %.1f/s, %.0f s left",
                what,
                done,
                total,
                rate,
                (total - done) / Math.max(1e-9, rate));
    }

    private double seconds() {
        return Math.max(1e-9, (System.nanoTime() - began) / 1e9);
    }

    private double rate(double seconds) {
        return (done - doneBefore) / seconds;
    }

    /** Prints a line of its own, unless quiet. */
    synchronized void say(String text) {
        if (!quiet) {
            print(text);
        }
    }

    /** Prints a warning, even when quiet. */
    synchronized void warn(String text) {
        print("octavo: warning: " + text);
    }

    /** Warns of examples that could not be read: how many, and the first of them by name. */
    void warnOfSkipped(List<String> skipped) {
        if (!skipped.isEmpty()) {
            warn(
                    skipped.size() == 1
                            ? "1 example could not be read and was left out:"
                            : skipped.size() + " examples could not be read and were left out:");
            skipped.stream().limit(MOST_NAMED).forEach(s -> print("  " + s));
            if (skipped.size() > MOST_NAMED) {
                print("  ... and " + (skipped.size() - MOST_NAMED) + " more");
            }
        }
    }

    private void print(String line) {
        err.println(line);
        err.flush();
    }
}
