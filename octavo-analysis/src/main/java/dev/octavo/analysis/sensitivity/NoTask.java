package dev.octavo.analysis.sensitivity;

import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import java.util.Map;

/** The metric where no task is given: it scores nothing. */
public record NoTask() implements Metric<NoTask> {
    @Override
    public NoTask plus(Sample sample, Map<String, Tensor> outputs) {
        return this;
    }

    @Override
    public NoTask merge(NoTask other) {
        return this;
    }

    @Override
    public Map<String, Double> scores() {
        return Map.of();
    }
}
