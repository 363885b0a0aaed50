package dev.octavo.core.data;

import dev.octavo.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One example, ready for the network.
 *
 * @param name what to call it in a message: a file name, or {@code #17}
 * @param inputs one tensor per network input, by input name, each with a leading batch axis of
 *     extent 1 ({@code [1, C, H, W]}); a data set of unnamed single inputs uses {@link #ONLY_INPUT}
 * @param label the class index for classification, if the data has labels
 * @param truth what else is known to be true of it (boxes, a mask), for the metric of its task; empty unless asked for
 */
public record Sample(String name, Map<String, Tensor> inputs, OptionalInt label, Optional<Truth> truth) {
    /** What is known to be true of an example beyond a class; each task has its own. */
    public interface Truth {}

    /** Stands for "the only input of the network" in {@link #inputs}. */
    public static final String ONLY_INPUT = "";

    public Sample {
        inputs = Map.copyOf(inputs);
    }

    /** An example of which nothing but a class is known. */
    public Sample(String name, Map<String, Tensor> inputs, OptionalInt label) {
        this(name, inputs, label, Optional.empty());
    }

    /** An example with a single input whose name the data set does not know. */
    public static Sample of(String name, Tensor input, OptionalInt label) {
        return new Sample(name, Map.of(ONLY_INPUT, input), label);
    }

    /** The same with this known of it. */
    public Sample with(Truth known) {
        return new Sample(name, inputs, label, Optional.of(known));
    }

    /** The inputs under the names that the network gives them. */
    public Map<String, Tensor> inputsFor(List<String> networkInputs) {
        Tensor only = inputs.get(ONLY_INPUT);
        if (only != null && networkInputs.size() == 1) {
            return Map.of(networkInputs.get(0), only);
        }
        return inputs;
    }
}
