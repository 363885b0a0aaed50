package dev.octavo.core.data;

/** Hears how long work gets on. Called from several threads. */
public interface Progress {
    /** Says nothing. */
    Progress NONE = new Progress() {
        @Override
        public void begin(String what, long total) {}

        @Override
        public void advance(long steps) {}

        @Override
        public void end() {}
    };

    /** A stretch of work of {@code total} steps begins. */
    void begin(String what, long total);

    /** So many more steps are done. */
    void advance(long steps);

    /** The stretch is over. */
    void end();
}
