package dev.octavo.analysis.sensitivity;

import dev.octavo.analysis.compare.PairStats;
import java.util.Locale;
import java.util.Map;

/** What sites are ranked by; {@link #harm} is larger for what is worse, and 0 without any error but for SQNR. */
public enum Measure {
    /** Mean absolute difference of the outputs. */
    L1,
    /** Largest absolute difference of the outputs. */
    ATOL,
    /** One minus the cosine between the outputs. */
    COSINE,
    /** Signal to quantization noise of the outputs, dB, negated. */
    SQNR;

    /** The harm in one output; infinite where it is no number. */
    public double harm(PairStats s) {
        if (s.notANumber() > 0) {
            return Double.POSITIVE_INFINITY;
        }
        return switch (this) {
            case L1 -> s.l1();
            case ATOL -> s.most();
            case COSINE -> Math.max(0, 1 - s.cosine());
            case SQNR -> -s.sqnr();
        };
    }

    /**
     * The weighted mean of the harm over outputs.
     *
     * @param weights by output name; outputs that are not named count 1 when the map is empty, and 0 otherwise
     */
    public double harm(Map<String, PairStats> outputs, Map<String, Double> weights) {
        double sum = 0;
        double total = 0;
        for (Map.Entry<String, PairStats> e : outputs.entrySet()) {
            double w = weights.isEmpty() ? 1 : weights.getOrDefault(e.getKey(), 0.0);
            if (w > 0) {
                sum += w * harm(e.getValue());
                total += w;
            }
        }
        return total > 0 ? sum / total : 0;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
