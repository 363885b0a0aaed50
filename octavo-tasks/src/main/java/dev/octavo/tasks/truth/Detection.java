package dev.octavo.tasks.truth;

/**
 * An object that a network sees.
 *
 * @param label its class, 0 or more
 * @param score how sure the network is; not NaN
 * @param box where it is in the picture
 */
public record Detection(int label, float score, Box box) {
    public Detection {
        if (label < 0 || Float.isNaN(score)) {
            throw new IllegalArgumentException("class " + label + ", score " + score);
        }
    }
}
