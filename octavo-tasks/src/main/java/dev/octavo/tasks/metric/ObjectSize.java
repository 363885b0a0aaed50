package dev.octavo.tasks.metric;

/** Sizes of objects as COCO divides them, by area in pixels, squared; both ends belong to a size. */
enum ObjectSize {
    ALL(0, Double.POSITIVE_INFINITY),
    SMALL(0, 32 * 32),
    MEDIUM(32 * 32, 96 * 96),
    LARGE(96 * 96, Double.POSITIVE_INFINITY);

    private final double least;
    private final double most;

    ObjectSize(double least, double most) {
        this.least = least;
        this.most = most;
    }

    boolean holds(double area) {
        return area >= least && area <= most;
    }
}
