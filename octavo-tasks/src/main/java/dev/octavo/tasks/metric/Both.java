package dev.octavo.tasks.metric;

import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Two tallies of one pass over the data. */
public record Both<A extends Metric<A>, B extends Metric<B>>(A first, B second) implements Metric<Both<A, B>> {
    @Override
    public Both<A, B> plus(Sample sample, Map<String, Tensor> outputs) {
        return new Both<>(first.plus(sample, outputs), second.plus(sample, outputs));
    }

    @Override
    public Both<A, B> merge(Both<A, B> other) {
        return new Both<>(first.merge(other.first), second.merge(other.second));
    }

    /** Of both; where they share a name, the second's. */
    @Override
    public Map<String, Double> scores() {
        Map<String, Double> scores = new LinkedHashMap<>(first.scores());
        scores.putAll(second.scores());
        return scores;
    }
}
