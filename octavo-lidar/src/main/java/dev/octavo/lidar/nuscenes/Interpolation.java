package dev.octavo.lidar.nuscenes;

/** Piecewise linear interpolation and running means, with the ends and ties of the metric's definition. */
final class Interpolation {
    private Interpolation() {}

    /**
     * The value at {@code x} of the line through the points {@code (xs[i], ys[i])}, xs rising with ties: of tied points
     * the last counts. Before the first point its value, behind the last {@code right}.
     */
    static double at(double x, double[] xs, double[] ys, double right) {
        int last = xs.length - 1;
        if (x > xs[last]) {
            return right;
        }
        int below = 0;
        int above = xs.length; // the first point behind x lies in (below, above]
        while (below < above) {
            int middle = (below + above) >>> 1;
            if (xs[middle] <= x) {
                below = middle + 1;
            } else {
                above = middle;
            }
        }
        int i = below - 1;
        if (i < 0) {
            return ys[0];
        }
        if (i == last || xs[i] == x) {
            return ys[i];
        }
        return (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) * (x - xs[i]) + ys[i];
    }

    /** The mean of the numbers up to each place, NaN left out: 0 before the first number, 1 if there is none at all. */
    static double[] runningMean(double[] x) {
        double[] mean = new double[x.length];
        double sum = 0;
        int count = 0;
        for (int i = 0; i < x.length; i++) {
            if (!Double.isNaN(x[i])) {
                sum += x[i];
                count++;
            }
            mean[i] = count == 0 ? 0 : sum / count;
        }
        if (count == 0) {
            java.util.Arrays.fill(mean, 1);
        }
        return mean;
    }

    static double[] reversed(double[] x) {
        double[] r = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            r[i] = x[x.length - 1 - i];
        }
        return r;
    }
}
