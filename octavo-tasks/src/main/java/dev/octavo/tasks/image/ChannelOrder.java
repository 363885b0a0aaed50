package dev.octavo.tasks.image;

/** The order of the colour channels of a picture tensor. */
public enum ChannelOrder {
    /** Red first. */
    RGB,
    /** Blue first, as networks trained with OpenCV expect. */
    BGR
}
