package dev.octavo.tasks.truth;

/** How wide a box is. */
public enum PixelConvention {
    /** Ends are edges: {@code x2 - x1}. */
    CONTINUOUS(0),
    /** Ends are pixels that belong to the box: {@code x2 - x1 + 1}. The Pascal VOC development kit counts so. */
    INCLUSIVE(1);

    private final int extra;

    PixelConvention(int extra) {
        this.extra = extra;
    }

    int extra() {
        return extra;
    }
}
