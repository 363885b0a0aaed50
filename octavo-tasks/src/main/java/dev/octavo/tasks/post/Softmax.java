package dev.octavo.tasks.post;

/** Scores that add up to 1. */
final class Softmax {
    private Softmax() {}

    /** Of {@code n} values that begin at {@code at} and lie {@code step} apart; the largest is subtracted first. */
    static void inPlace(float[] v, int at, int step, int n) {
        float most = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < n; k++) {
            most = Math.max(most, v[at + k * step]);
        }
        double sum = 0;
        for (int k = 0; k < n; k++) {
            double e = Math.exp(v[at + k * step] - most);
            v[at + k * step] = (float) e;
            sum += e;
        }
        for (int k = 0; k < n; k++) {
            v[at + k * step] = (float) (v[at + k * step] / sum);
        }
    }
}
