package dev.octavo.analysis.doctor;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why one site harms, and what may help.
 *
 * @param site the value, or for weights the value that they give
 * @param kind weight, activation, constant, output, layer or module
 * @param blames the causes with their shares of the site's own error, the largest first; at least one
 * @param share of the noise that all sites bring to the outputs, each alone; 0 to 1
 * @param evidence the numbers that say so
 * @param remedies what may help, the mildest first
 */
public record Diagnosis(
        String site, String kind, List<Blame> blames, double share, String evidence, List<Remedy> remedies) {
    public Diagnosis {
        blames = List.copyOf(blames);
        remedies = List.copyOf(remedies);
        if (blames.isEmpty()) {
            throw new IllegalArgumentException("a diagnosis of " + site + " names no cause");
        }
    }

    /** The cause of most of the site's error. */
    public Cause cause() {
        return blames.get(0).cause();
    }

    /** The causes in words: {@code truncation}, or {@code truncation 79 %, rounding 21 %}. */
    public String causes() {
        return blames.size() == 1
                ? cause().toString()
                : blames.stream().map(Blame::toString).collect(Collectors.joining(", "));
    }
}
