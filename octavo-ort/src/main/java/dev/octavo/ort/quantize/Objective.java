package dev.octavo.ort.quantize;

/** What the placement of integer arithmetic is to serve. */
public enum Objective {
    /** Integers wherever they are not a loss of time: the default. */
    BALANCED,
    /** Integers only where they gain time worth having, everything else in float. */
    ACCURACY,
    /** Integers wherever the runtime has kernels, whatever the time. */
    SIZE,
    /** The least time. */
    LATENCY
}
