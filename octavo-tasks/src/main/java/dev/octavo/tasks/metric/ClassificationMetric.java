package dev.octavo.tasks.metric;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often the labelled class has the highest score, or one of the five highest.
 *
 * <p>Reads the network's first output, {@code [1, K]} or {@code [1, K, 1, 1]}. Of equal scores the
 * lower class index ranks first, so the result does not depend on a sort. An example with a NaN
 * among its scores is wrong, and counted in {@link #notANumber} too.
 *
 * @param samples examples seen
 * @param top1 examples whose class ranked first
 * @param top5 examples whose class ranked first to fifth
 * @param notANumber examples with a NaN score
 */
public record ClassificationMetric(long samples, long top1, long top5, long notANumber)
        implements TaskMetric<ClassificationMetric> {
    /** Nothing seen yet. */
    public static final ClassificationMetric EMPTY = new ClassificationMetric(0, 0, 0, 0);

    public ClassificationMetric {
        if (top1 < 0 || top1 > top5 || notANumber < 0 || top5 + notANumber > samples) {
            throw new IllegalArgumentException("counts that cannot be: samples "
                    + samples
                    + ", top1 "
                    + top1
                    + ", top5 "
                    + top5
                    + ", not a number "
                    + notANumber);
        }
    }

    /**
     * The tally with one more example.
     *
     * @throws ModelException when the example has no label, the output is no row of scores, or the
     *     label is no class of the network
     */
    @Override
    public ClassificationMetric plus(Sample sample, Map<String, Tensor> outputs) {
        Map.Entry<String, Tensor> first = outputs.entrySet().iterator().next();
        double[] scores = scores(first.getKey(), first.getValue());
        int label = sample.label()
                .orElseThrow(() -> new ModelException(
                        sample.name() + " has no label, so it cannot be right or wrong", "give the data set labels"));
        if (label >= scores.length) {
            throw new ModelException(
                    sample.name()
                            + " is of class "
                            + label
                            + ", but the network's output '"
                            + first.getKey()
                            + "' has "
                            + scores.length
                            + " classes (0 to "
                            + (scores.length - 1)
                            + ")",
                    "check that the labels belong to this network");
        }
        int rank = rank(scores, label);
        return rank < 0
                ? new ClassificationMetric(samples + 1, top1, top5, notANumber + 1)
                : new ClassificationMetric(
                        samples + 1, top1 + (rank == 0 ? 1 : 0), top5 + (rank < 5 ? 1 : 0), notANumber);
    }

    @Override
    public ClassificationMetric merge(ClassificationMetric other) {
        return new ClassificationMetric(
                samples + other.samples, top1 + other.top1, top5 + other.top5, notANumber + other.notANumber);
    }

    /**
     * {@code top1} and {@code top5} as fractions 0..1 (NaN before the first example), {@code
     * samples}, and {@code nan} when there are such examples.
     */
    @Override
    public Map<String, Double> scores() {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("top1", (double) top1 / samples);
        scores.put("top5", (double) top5 / samples);
        scores.put("samples", (double) samples);
        if (notANumber > 0) {
            scores.put("nan", (double) notANumber);
        }
        return scores;
    }

    @Override
    public String primary() {
        return "top1";
    }

    @Override
    public Map<String, Interval> intervals(Bootstrap how) {
        Map<String, Interval> intervals = new LinkedHashMap<>();
        intervals.put("top1", Bootstrap.share(top1, samples));
        intervals.put("top5", Bootstrap.share(top5, samples));
        return intervals;
    }

    /**
     * As if the two had seen different samples, for a tally of counts does not know which were hit: too wide. {@link
     * ComparisonMetric} knows.
     */
    @Override
    public Map<String, Interval> differences(ClassificationMetric from, Bootstrap how) {
        Map<String, Interval> intervals = new LinkedHashMap<>();
        intervals.put("top1", Bootstrap.difference(top1, from.top1, samples, from.samples));
        intervals.put("top5", Bootstrap.difference(top5, from.top5, samples, from.samples));
        return intervals;
    }

    /** The class that ranks first in a network's output; -1 when a score is NaN. */
    static int first(String output, Tensor t) {
        double[] scores = scores(output, t);
        int first = 0;
        for (int k = 0; k < scores.length; k++) {
            if (Double.isNaN(scores[k])) {
                return -1;
            }
            if (scores[k] > scores[first]) {
                first = k;
            }
        }
        return first;
    }

    /** How many classes rank before {@code label}; -1 when a score is NaN. */
    private static int rank(double[] scores, int label) {
        int before = 0;
        for (int k = 0; k < scores.length; k++) {
            if (Double.isNaN(scores[k])) {
                return -1;
            }
            if (scores[k] > scores[label] || (scores[k] == scores[label] && k < label)) {
                before++;
            }
        }
        return before;
    }

    static double[] scores(String output, Tensor t) {
        Shape shape = t.shape();
        if (shape.rank() < 2 || shape.elements() != shape.dim(1) || shape.elements() == 0) {
            throw new ModelException(
                    "the network's output '" + output + "' has the shape " + shape + ", a classifier's is [1, K]",
                    "measure another network, or choose the output with the class scores");
        }
        double[] scores = new double[Math.toIntExact(shape.dim(1))];
        if (t.dtype() == DType.FLOAT || t.dtype() == DType.DOUBLE) {
            ByteBuffer b = t.storage().slice(0, Math.toIntExact(t.storage().byteSize()));
            for (int k = 0; k < scores.length; k++) {
                scores[k] = t.dtype() == DType.FLOAT ? b.getFloat() : b.getDouble();
            }
            return scores;
        }
        return switch (t.dtype()) {
            case UINT8, INT8, UINT16, INT16, INT32 -> {
                int[] codes = t.codes();
                for (int k = 0; k < scores.length; k++) {
                    scores[k] = codes[k];
                }
                yield scores;
            }
            default ->
                throw new ModelException(
                        "the network's output '" + output + "' is of type " + t.dtype(),
                        "let it give FLOAT scores (a Cast at the end does)");
        };
    }
}
