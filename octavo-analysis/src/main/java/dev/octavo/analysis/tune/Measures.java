package dev.octavo.analysis.tune;

import dev.octavo.analysis.compare.PairStats;
import dev.octavo.analysis.doctor.Treatment;
import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sensitivity.OutputTally;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is measured of a network, by name: the scores of its task under their own names; of each output NAME in floats
 * {@code NAME sqnr} (dB), {@code NAME cosine} and {@code NAME l1}; {@link #SQNR} over all outputs; and, of a quantized
 * one, the {@link Shares} of 8 bits, 16 bits and float.
 */
public final class Measures {
    /** Signal to noise, dB, the mean over outputs. */
    public static final String SQNR = "sqnr_db";

    /* An output that is no number. */
    private static final double NOTHING = -1000;
    private static final double FAR = 1e30;

    private static final String DECIBELS = " sqnr";
    private static final Set<String> COUNTS = Set.of("samples", "nan");

    private Measures() {}

    /** Of a network against float. */
    static Map<String, Double> of(OutputTally<?> tally) {
        Map<String, Double> all = new LinkedHashMap<>(tally.metric().scores());
        tally.outputs().forEach((name, s) -> {
            boolean number = s.notANumber() == 0;
            all.put(name + DECIBELS, number ? s.sqnr() : NOTHING);
            all.put(name + " cosine", number ? s.cosine() : 0);
            all.put(name + " l1", number ? s.l1() : FAR);
        });
        all.put(SQNR, Math.max(NOTHING, Math.min(PairStats.NO_NOISE, Treatment.sqnr(tally))));
        return all;
    }

    /** Of a quantized network against float, and how it was made. */
    static Map<String, Double> of(OutputTally<?> tally, Trial.Made made) {
        Map<String, Double> all = of(tally);
        all.putAll(Shares.of(made).measures());
        return all;
    }

    /** The names of the outputs among measures. */
    public static List<String> outputs(Map<String, Double> measures) {
        return measures.keySet().stream()
                .filter(k -> k.endsWith(DECIBELS))
                .map(k -> k.substring(0, k.length() - DECIBELS.length()))
                .toList();
    }

    /** The scores of the task among measures. */
    public static Map<String, Double> scores(Map<String, Double> measures) {
        Map<String, Double> scores = new LinkedHashMap<>(measures);
        scores.keySet()
                .removeIf(k -> k.contains(" ") || k.equals(SQNR) || Shares.NAMES.contains(k) || COUNTS.contains(k));
        return scores;
    }

    /** Signal to noise of the output that has least of it, dB. */
    public static double leastDecibels(Map<String, Double> measures) {
        return outputs(measures).stream()
                .mapToDouble(o -> measures.getOrDefault(o + DECIBELS, NOTHING))
                .min()
                .orElse(NOTHING);
    }
}
