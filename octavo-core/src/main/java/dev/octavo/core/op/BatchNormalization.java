package dev.octavo.core.op;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.Optional;

/**
 * {@code BatchNormalization} in inference: {@code y = scale·(x − mean)/√(variance + epsilon) + bias},
 * all four {@code [C]}, x {@code [N, C, …]}.
 */
public record BatchNormalization(
        Node node, Value input, Value scale, Value bias, Value mean, Value variance, float epsilon) {

    /** The view of a {@code BatchNormalization} node in inference form. */
    public static Optional<BatchNormalization> of(Node n) {
        Attributes a = new Attributes(n);
        if (!n.is("BatchNormalization")
                || n.presentInputs().size() != 5
                || a.integer("training_mode", 0) != 0
                || n.presentOutputs().size() != 1) {
            return Optional.empty();
        }
        return Optional.of(new BatchNormalization(
                n,
                n.input(0).get(),
                n.input(1).get(),
                n.input(2).get(),
                n.input(3).get(),
                n.input(4).get(),
                a.real("epsilon", 1e-5f)));
    }

    /** Whether scale, bias, mean and variance are all constants. */
    public boolean isConstant() {
        return scale.constant().isPresent()
                && bias.constant().isPresent()
                && mean.constant().isPresent()
                && variance.constant().isPresent();
    }

    /**
     * The standard deviation that each channel of the output had in training: |scale|·√(variance / (variance + epsilon)),
     * which for a channel that hardly varies is much less than |scale|. Only where all is {@link #isConstant}.
     */
    public float[] deviation() {
        float[] gamma = scale.constant().orElseThrow().floats();
        float[] v = variance.constant().orElseThrow().floats();
        float[] deviation = new float[gamma.length];
        for (int c = 0; c < gamma.length; c++) {
            deviation[c] = (float) (Math.abs(gamma[c]) * Math.sqrt(v[c] / (v[c] + (double) epsilon)));
        }
        return deviation;
    }
}
