package dev.octavo.core.data;

import dev.octavo.core.tensor.Tensor;
import java.util.Map;

/**
 * A task's score as a mergeable tally: one part per thread or machine, merged in any order.
 *
 * @param <M> the metric itself
 */
public interface Metric<M extends Metric<M>> {
    /** The tally with one more example, given the network's outputs (first output first). */
    M plus(Sample sample, Map<String, Tensor> outputs);

    /** The tally of both. */
    M merge(M other);

    /** The named scores so far, in the order to print them; {@code samples} is among them. */
    Map<String, Double> scores();
}
