package dev.octavo.analysis.doctor;

import java.util.Locale;

/** Why quantizing a site harms. */
public enum Cause {
    /** Values lie outside of the grid, though a grid of as many bits could hold them better. */
    TRUNCATION,
    /** Values lie outside of the grid because the calibration data showed nothing like them. */
    CALIBRATION,
    /** The steps of the grid are too coarse for the values. */
    ROUNDING,
    /** The site itself is fine: what it gets is wrong already. */
    ACCUMULATED,
    /** The mean of what a layer gives moves: its rounded weights shift it, or its bias is rounded. */
    BIAS_SHIFT,
    /** The grid is made for other values, which it is shared with. */
    SHARED_GRID,
    /** A few channels are so large that the others have few steps left, or some are nearly dead. */
    DOMINANT_CHANNEL,
    /** One grid for the whole tensor where each channel needs its own. */
    WRONG_GRANULARITY,
    /** An output of the network is rounded, though nothing behind it needs codes. */
    OUTPUT_ON_CODES,
    /** A layer that could compute in integers runs in float. */
    LEFT_IN_FLOAT;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
