package dev.octavo.analysis.sensitivity;

import dev.octavo.analysis.compare.PairStats;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far outputs are from those of the float network, and the task's score; merged in any order.
 *
 * @param <M> the task's metric
 * @param outputs by output name
 * @param metric the task's tally
 */
public record OutputTally<M extends Metric<M>>(Map<String, PairStats> outputs, M metric) {
    public OutputTally {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /** Nothing seen yet. */
    public static <M extends Metric<M>> OutputTally<M> empty(M none) {
        return new OutputTally<>(Map.of(), none);
    }

    /** With one more sample. */
    public OutputTally<M> plus(Sample sample, Map<String, Tensor> truth, Map<String, Tensor> got) {
        Map<String, PairStats> sum = new LinkedHashMap<>(outputs);
        truth.forEach((name, x) -> {
            Tensor y = got.get(name);
            if (y != null && x.dtype() == DType.FLOAT && y.dtype() == DType.FLOAT && x.elements() == y.elements()) {
                sum.merge(name, PairStats.of(x.floats(), y.floats()), PairStats::merge);
            }
        });
        return new OutputTally<>(sum, metric.plus(sample, got));
    }

    /** Both together. */
    public OutputTally<M> merge(OutputTally<M> other) {
        Map<String, PairStats> sum = new LinkedHashMap<>(outputs);
        other.outputs.forEach((name, s) -> sum.merge(name, s, PairStats::merge));
        return new OutputTally<>(sum, metric.merge(other.metric));
    }
}
