package dev.octavo.analysis.sweep;

import java.util.List;

/**
 * What to vary.
 *
 * @param title what is varied, for people
 * @param axis the horizontal axis with its unit
 * @param named whether the places on the axis are names and no numbers
 * @param points the experiments in order
 * @param references experiments that do not depend on the axis, such as "without the repair"; drawn as lines
 */
public record Sweep(String title, String axis, boolean named, List<SweepPoint> points, List<SweepPoint> references) {
    public Sweep {
        points = List.copyOf(points);
        references = List.copyOf(references);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a sweep needs a value to try");
        }
    }
}
