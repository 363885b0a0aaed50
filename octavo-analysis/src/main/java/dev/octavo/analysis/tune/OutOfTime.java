package dev.octavo.analysis.tune;

/** Thrown to leave something that takes long when time is up. */
final class OutOfTime extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfTime() {
        super("time is up");
    }
}
