package dev.octavo.core.data;

import org.jspecify.annotations.Nullable;

/** One example cannot be read; the others can. Whoever reads skips, counts and names it. */
public final class UnreadableSampleException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Says which example, and why it cannot be used. */
    public UnreadableSampleException(String sample, String why, @Nullable Throwable cause) {
        super(sample + ": " + why, cause);
    }
}
