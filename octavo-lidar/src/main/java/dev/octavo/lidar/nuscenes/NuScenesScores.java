package dev.octavo.lidar.nuscenes;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The numbers of the detection task.
 *
 * @param averagePrecision per class and matching distance (metres)
 * @param errors per class and error; NaN where the class has no such error
 */
public record NuScenesScores(
        Map<DetectionClass, Map<Double, Double>> averagePrecision, Map<DetectionClass, Map<TpError, Double>> errors) {
    private static final double WEIGHT_OF_MAP = 5;

    /** The mean of a class over the matching distances. */
    public double averagePrecision(DetectionClass c) {
        return Objects.requireNonNull(averagePrecision.get(c)).values().stream()
                .mapToDouble(d -> d)
                .average()
                .orElse(Double.NaN);
    }

    /** mAP: the mean over distances and classes. A class that is nowhere in the truth counts as 0. */
    public double meanAveragePrecision() {
        double sum = 0;
        for (DetectionClass c : DetectionClass.values()) {
            sum += averagePrecision(c);
        }
        return sum / DetectionClass.values().length;
    }

    /** The mean of an error over the classes that have it. */
    public double meanError(TpError e) {
        return errors.values().stream()
                .mapToDouble(m -> Objects.requireNonNull(m.get(e)))
                .filter(d -> !Double.isNaN(d))
                .average()
                .orElse(Double.NaN);
    }

    /** NDS: {@code (5·mAP + Σ max(0, 1 - error)) / 10}. */
    public double detectionScore() {
        double sum = WEIGHT_OF_MAP * meanAveragePrecision();
        for (TpError e : TpError.values()) {
            sum += Math.max(0, 1 - meanError(e));
        }
        return sum / (WEIGHT_OF_MAP + TpError.values().length);
    }

    /** {@code NDS}, {@code mAP}, {@code mATE} … {@code mAAE}, then {@code AP.car} and so on. */
    public Map<String, Double> named() {
        Map<String, Double> out = new LinkedHashMap<>();
        out.put("NDS", detectionScore());
        out.put("mAP", meanAveragePrecision());
        for (TpError e : TpError.values()) {
            out.put(e.meanName(), meanError(e));
        }
        for (DetectionClass c : DetectionClass.values()) {
            out.put("AP." + c.label(), averagePrecision(c));
        }
        return out;
    }

    static NuScenesScores of(Map<DetectionClass, Map<Double, Curve>> curves, double errorDistance) {
        Map<DetectionClass, Map<Double, Double>> aps = new EnumMap<>(DetectionClass.class);
        Map<DetectionClass, Map<TpError, Double>> errors = new EnumMap<>(DetectionClass.class);
        curves.forEach((c, byDistance) -> {
            Map<Double, Double> ap = new LinkedHashMap<>();
            byDistance.forEach((d, curve) -> ap.put(d, curve.averagePrecision()));
            aps.put(c, ap);
            Map<TpError, Double> err = new EnumMap<>(TpError.class);
            Curve curve = Objects.requireNonNull(byDistance.get(errorDistance));
            for (TpError e : TpError.values()) {
                err.put(e, c.has(e) ? curve.error(e) : Double.NaN);
            }
            errors.put(c, err);
        });
        return new NuScenesScores(aps, errors);
    }
}
