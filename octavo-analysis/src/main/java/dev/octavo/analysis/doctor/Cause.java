package dev.octavo.analysis.doctor;

import java.util.Locale;

/** Why quantizing a site harms. */
public enum Cause {
    /** Values lie outside of the grid. */
    TRUNCATION,
    /** The steps of the grid are too coarse for the values. */
    ROUNDING,
    /** The site itself is fine: what it gets is wrong already. */
    ACCUMULATED,
    /** Rounding the weights moves the mean of what they give. */
    BIAS_SHIFT,
    /** The grid is made for other values, which it is shared with. */
    SHARED_GRID,
    /** A few channels are so large that the others have few steps left, or some are nearly dead. */
    DOMINANT_CHANNEL,
    /** One grid for the whole tensor where each channel needs its own. */
    WRONG_GRANULARITY,
    /** A layer that could compute in integers runs in float. */
    LEFT_IN_FLOAT;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
