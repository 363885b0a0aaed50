package dev.octavo.analysis.sensitivity;

import dev.octavo.core.data.Metric;
import dev.octavo.core.plan.Site;
import java.util.Locale;
import java.util.Set;

/**
 * What one site costs at the outputs.
 *
 * @param <M> the task's metric
 * @param name the value, or for weights the value that they give
 * @param op the operator that gives it
 * @param kind what of it is quantized
 * @param dtype the type of its codes
 * @param sites the sites of the plan that it stands for
 * @param alone the float network with these sites alone quantized
 * @param left the quantized network with these sites alone left in float
 */
public record SensitiveSite<M extends Metric<M>>(
        String name, String op, Kind kind, String dtype, Set<Site> sites, OutputTally<M> alone, OutputTally<M> left) {
    /** What of a layer is quantized. */
    public enum Kind {
        /** Its constants: weights and biases. */
        WEIGHT,
        /** The value that it gives. */
        ACTIVATION,
        /** Both. */
        BOTH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public SensitiveSite {
        sites = Set.copyOf(sites);
    }
}
