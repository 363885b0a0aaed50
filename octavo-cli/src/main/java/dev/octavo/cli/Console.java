package dev.octavo.cli;

import dev.octavo.core.data.Progress;
import java.io.PrintStream;
import java.time.Duration;
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

    private final PrintStream err;
    private final boolean terminal;
    private final boolean quiet;
    private @Nullable ProgressBar bar;
    private String what = "";
    private long total;
    private long done;
    private long began;
    private long lastLine;

    Console(PrintStream err, boolean quiet) {
        this.err = err;
        this.quiet = quiet;
        this.terminal = System.console() != null && !"dumb".equals(System.getenv("TERM"));
    }

    @Override
    public synchronized void begin(String title, long steps) {
        what = title;
        total = steps;
        done = 0;
        began = System.nanoTime();
        lastLine = began;
        if (quiet) {
            return;
        }
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName(title)
                    .setInitialMax(steps)
                    .setStyle(ProgressBarStyle.ASCII)
                    .showSpeed()
                    .setUpdateIntervalMillis(200)
                    .clearDisplayOnFinish()
                    .build();
        }
    }

    @Override
    public synchronized void advance(long steps) {
        done += steps;
        if (bar != null) {
            bar.stepBy(steps);
        } else if (!quiet && System.nanoTime() - lastLine > BETWEEN_LINES.toNanos()) {
            lastLine = System.nanoTime();
            line(false);
        }
    }

    @Override
    public synchronized void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
        if (!quiet) {
            line(true);
        }
    }

    private void line(boolean finished) {
        double seconds = Math.max(1e-9, (System.nanoTime() - began) / 1e9);
        double rate = done / seconds;
        String state = finished
                ? String.format(Locale.ROOT, "%s: %d in %.1f s (%.1f/s)", what, done, seconds, rate)
                : String.format(
                        Locale.ROOT,
                        "%s: %d of %d, %.1f/s, %.0f s left",
                        what,
                        done,
                        total,
                        rate,
                        (total - done) / Math.max(1e-9, rate));
        err.println(state);
    }

    /** Prints a line of its own. */
    synchronized void say(String text) {
        if (!quiet) {
            err.println(text);
        }
    }

    /** Prints a warning, even when quiet. */
    synchronized void warn(String text) {
        err.println("octavo: warning: " + text);
    }
}
