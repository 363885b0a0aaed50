package dev.octavo.tasks.yaml;

import java.util.Optional;

/** A number as people write it: {@code 0.5}, {@code 1e-3}, or a fraction such as {@code 1/255}. */
public final class Fraction {
    private Fraction() {}

    /** The number that the text is, if it is one. */
    public static Optional<Double> parse(String text) {
        String[] parts = text.split("/", -1);
        try {
            double value = Double.parseDouble(parts[0].strip());
            if (parts.length <= 2) {
                return Optional.of(parts.length == 1 ? value : value / Double.parseDouble(parts[1].strip()));
            }
        } catch (NumberFormatException e) {
            // The text is no number, which is what the empty result says.
        }
        return Optional.empty();
    }
}
