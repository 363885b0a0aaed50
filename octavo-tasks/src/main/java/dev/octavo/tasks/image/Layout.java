package dev.octavo.tasks.image;

/** The order of the axes of a picture tensor. */
public enum Layout {
    /** Planes: {@code [1, C, H, W]}. */
    NCHW,
    /** Pixels: {@code [1, H, W, C]}. */
    NHWC
}
