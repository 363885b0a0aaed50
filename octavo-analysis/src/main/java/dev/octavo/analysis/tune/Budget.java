package dev.octavo.analysis.tune;

/** The time there is. */
@FunctionalInterface
public interface Budget {
    /** As long as it takes. */
    Budget NONE = seconds -> true;

    /** Whether something that may take so many seconds may begin; 0 asks whether what has begun may go on. */
    boolean allows(double seconds);
}
