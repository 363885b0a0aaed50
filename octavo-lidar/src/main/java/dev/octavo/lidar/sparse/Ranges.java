package dev.octavo.lidar.sparse;

import java.util.stream.IntStream;

/** Splits rows among threads where there are enough of them to pay. */
final class Ranges {
    /** Fewer rows than this per thread are done sooner than a second thread wakes up. */
    private static final int LEAST = 2048;

    /** Work on the rows {@code from} to {@code to} (exclusive). */
    interface Body {
        void rows(int from, int to);
    }

    private Ranges() {}

    /** Does the rows 0 to {@code n} in up to {@code threads} pieces side by side. */
    static void each(int n, int threads, Body body) {
        int parts = Math.max(1, Math.min(threads, n / LEAST));
        if (parts == 1) {
            body.rows(0, n);
            return;
        }
        IntStream.range(0, parts)
                .parallel()
                .forEach(p -> body.rows((int) ((long) n * p / parts), (int) ((long) n * (p + 1) / parts)));
    }
}
