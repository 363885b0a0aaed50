package dev.octavo.tasks.metric;

import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import java.io.Serializable;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * On which examples two classifiers rank different classes first, whatever is true. Reads the outputs {@code
 * NETWORK/OUTPUT}.
 *
 * @param first the one network
 * @param second the other
 * @param changes of each example, also of those without a change
 */
public record ClassChanges(String first, String second, Samples<Change> changes) implements Metric<ClassChanges> {
    /**
     * What both say of an example.
     *
     * @param label what is true; −1 when that is not known
     * @param one the class that the first ranks first; −1 when a score is NaN
     * @param other the class that the second ranks first; −1 when a score is NaN
     * @param ofOne the share that the first gives to its class, of 1 in all
     * @param ofOther the share that the second gives to its own
     * @param moved how much of 1 went from the one class to the other: by how much the first prefers the one, plus by
     *     how much the second prefers the other
     */
    public record Change(int label, int one, int other, double ofOne, double ofOther, double moved)
            implements Serializable {
        /** Whether the two rank different classes first. */
        public boolean isOne() {
            return one != other;
        }
    }

    /** Nothing seen yet. */
    public static ClassChanges none(String first, String second) {
        return new ClassChanges(first, second, Samples.none());
    }

    @Override
    public ClassChanges plus(Sample sample, Map<String, Tensor> outputs) {
        return new ClassChanges(
                first,
                second,
                changes.plus(
                        sample.name(),
                        between(
                                sample.label().orElse(-1),
                                ComparisonMetric.output(outputs, first),
                                ComparisonMetric.output(outputs, second))));
    }

    private Change between(int label, Tensor a, Tensor b) {
        int one = ClassificationMetric.first(first, a);
        int other = ClassificationMetric.first(second, b);
        double[] p = shares(ClassificationMetric.scores(first, a));
        double[] q = shares(ClassificationMetric.scores(second, b));
        if (one < 0 || other < 0 || p.length != q.length) {
            return new Change(label, one, other, one < 0 ? 0 : p[one], other < 0 ? 0 : q[other], 2);
        }
        return new Change(label, one, other, p[one], q[other], p[one] - p[other] + q[other] - q[one]);
    }

    /* Scores that are shares already stay as they are; of others, the softmax. */
    private static double[] shares(double[] scores) {
        double sum = 0;
        double most = Double.NEGATIVE_INFINITY;
        boolean shares = true;
        for (double s : scores) {
            shares &= s >= 0 && s <= 1;
            sum += s;
            most = Math.max(most, s);
        }
        if (shares && Math.abs(sum - 1) < 0.02) {
            return scores;
        }
        double[] exp = new double[scores.length];
        double total = 0;
        for (int k = 0; k < scores.length; k++) {
            exp[k] = Math.exp(scores[k] - most);
            total += exp[k];
        }
        for (int k = 0; k < scores.length; k++) {
            exp[k] /= total;
        }
        return exp;
    }

    @Override
    public ClassChanges merge(ClassChanges other) {
        return new ClassChanges(first, second, changes.merge(other.changes));
    }

    /** The examples of which the two say different classes, at most {@code n}, those that moved most first. */
    public Map<String, Change> most(int n) {
        Map<String, Change> most = new LinkedHashMap<>();
        changes.sorted().entrySet().stream()
                .filter(e -> e.getValue().isOne())
                .sorted(Map.Entry.comparingByValue(
                        Comparator.comparingDouble(Change::moved).reversed()))
                .limit(n)
                .forEach(e -> most.put(e.getKey(), e.getValue()));
        return most;
    }

    /** {@code change}: the fraction of the examples of which they say different classes; {@code samples}. */
    @Override
    public Map<String, Double> scores() {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put(
                "change",
                changes.tallies().stream()
                        .mapToDouble(c -> c.isOne() ? 1 : 0)
                        .average()
                        .orElse(Double.NaN));
        scores.put("samples", (double) changes.size());
        return scores;
    }
}
