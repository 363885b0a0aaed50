package dev.octavo.lidar.nuscenes;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Precision, confidence and errors of one class at one matching distance, at the recalls 0, 0.01 … 1. */
final class Curve {
    private static final int POINTS = 101;
    /** The first recall that counts is 0.11: below, a curve is noise. */
    private static final int FIRST = 11;

    private static final double LEAST_PRECISION = 0.1;

    private final double[] precision; // 0 beyond the greatest recall reached
    private final double[] confidence; // likewise
    private final Map<TpError, double[]> errors; // running means over true positives down to that confidence

    private Curve(double[] precision, double[] confidence, Map<TpError, double[]> errors) {
        this.precision = precision;
        this.confidence = confidence;
        this.errors = errors;
    }

    double precision(int point) {
        return precision[point];
    }

    double confidence(int point) {
        return confidence[point];
    }

    double errorAt(TpError e, int point) {
        return Objects.requireNonNull(errors.get(e))[point];
    }

    /** A prediction in falling order of the scores: matched with a truth, or a false positive (truth absent). */
    record Verdict(DetectionBox predicted, java.util.Optional<DetectionBox> truth) {}

    /** The recall at each point. */
    static double recall(int point) {
        return point == POINTS - 1 ? 1 : point * 0.01;
    }

    /** The curve of a class with {@code positives} truths. */
    static Curve of(List<Verdict> verdicts, int positives) {
        List<Verdict> matched =
                verdicts.stream().filter(v -> v.truth().isPresent()).toList();
        if (matched.isEmpty() || positives == 0) {
            return nothingFound();
        }
        int n = verdicts.size();
        double[] recall = new double[n];
        double[] precision = new double[n];
        double[] score = new double[n];
        int hits = 0;
        for (int i = 0; i < n; i++) {
            hits += verdicts.get(i).truth().isPresent() ? 1 : 0;
            recall[i] = (double) hits / positives;
            precision[i] = (double) hits / (i + 1);
            score[i] = verdicts.get(i).predicted().score();
        }
        double[] p = new double[POINTS];
        double[] c = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            p[i] = Interpolation.at(recall(i), recall, precision, 0);
            c[i] = Interpolation.at(recall(i), recall, score, 0);
        }
        Map<TpError, double[]> errors = new EnumMap<>(TpError.class);
        for (TpError e : TpError.values()) {
            errors.put(e, resampled(e, matched, c));
        }
        return new Curve(p, c, errors);
    }

    private static Curve nothingFound() {
        Map<TpError, double[]> errors = new EnumMap<>(TpError.class);
        for (TpError e : TpError.values()) {
            double[] ones = new double[POINTS];
            Arrays.fill(ones, 1);
            errors.put(e, ones);
        }
        return new Curve(new double[POINTS], new double[POINTS], errors);
    }

    private static double[] resampled(TpError e, List<Verdict> matched, double[] confidence) {
        double[] error = new double[matched.size()];
        double[] score = new double[matched.size()];
        for (int i = 0; i < error.length; i++) {
            Verdict v = matched.get(i);
            error[i] = e.of(v.truth().orElseThrow(), v.predicted());
            score[i] = v.predicted().score();
        }
        double[] rising = Interpolation.reversed(score);
        double[] means = Interpolation.reversed(Interpolation.runningMean(error));
        double[] out = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            out[i] = Interpolation.at(confidence[i], rising, means, means[means.length - 1]);
        }
        return out;
    }

    /** Mean over the recalls 0.11 … 1 of what precision exceeds 0.1, scaled to 0..1. */
    double averagePrecision() {
        double sum = 0;
        for (int i = FIRST; i < POINTS; i++) {
            sum += Math.max(precision[i] - LEAST_PRECISION, 0);
        }
        return sum / (POINTS - FIRST) / (1 - LEAST_PRECISION);
    }

    /** Mean of an error over the recalls from 0.11 to the greatest reached; 1 when that is less. */
    double error(TpError e) {
        int last = POINTS - 1;
        while (last > 0 && confidence[last] == 0) {
            last--;
        }
        if (last < FIRST) {
            return 1;
        }
        double[] curve = Objects.requireNonNull(errors.get(e));
        double sum = 0;
        for (int i = FIRST; i <= last; i++) {
            sum += curve[i];
        }
        return sum / (last - FIRST + 1);
    }
}
