package dev.octavo.core;

import org.jspecify.annotations.Nullable;

/**
 * The user's model, data or files cannot be used as asked. The message says what, where and what was
 * expected; {@link #fix} says what to do.
 */
public class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String fix;

    public ModelException(String message, String fix) {
        this(message, fix, null);
    }

    public ModelException(String message, String fix, @Nullable Throwable cause) {
        super(message, cause);
        this.fix = fix;
    }

    /** What the user can do about it, one line; may be empty. */
    public String fix() {
        return fix;
    }
}
