package dev.octavo.analysis.doctor;

import java.util.List;

/**
 * Why one site harms, and what may help.
 *
 * @param site the value, or for weights the value that they give
 * @param kind weight or activation
 * @param cause the most likely cause
 * @param share of the noise that all sites bring to the outputs, each alone; 0 to 1
 * @param evidence the numbers that say so
 * @param remedies what may help, the mildest first
 */
public record Diagnosis(String site, String kind, Cause cause, double share, String evidence, List<Remedy> remedies) {
    public Diagnosis {
        remedies = List.copyOf(remedies);
    }
}
