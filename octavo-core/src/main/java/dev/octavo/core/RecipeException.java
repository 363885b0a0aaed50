package dev.octavo.core;

/** The user's recipe or options ask for something that does not exist or cannot be. */
public class RecipeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String fix;

    public RecipeException(String message, String fix) {
        super(message);
        this.fix = fix;
    }

    /** What the user can do about it, one line; may be empty. */
    public String fix() {
        return fix;
    }
}
