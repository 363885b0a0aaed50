package dev.octavo.tasks.metric;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.post.LabelParts;
import dev.octavo.tasks.truth.PictureTruth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * How well pixels are told apart: mean intersection over union (mIoU) and relatives, all from the confusion matrix summed
 * over all pictures, at the annotation's size.
 *
 * <pre>
 *   IoU of a class = right / (true + predicted - right)          accuracy = all right / all
 * </pre>
 *
 * <p>Source: M. Everingham et al., "The Pascal Visual Object Classes Challenge: A Retrospective", IJCV 2015, section
 * 3.5.
 *
 * @param parts from outputs to label maps
 * @param classes their names
 * @param mean which classes the mean is over
 * @param tallies of each picture
 */
public record SegmentationMetric(LabelParts parts, List<String> classes, Mean mean, Samples<Confusion> tallies)
        implements TaskMetric<SegmentationMetric> {
    /** Which classes the mean is over. */
    public enum Mean {
        /** Those that are annotated or predicted somewhere; a class that is only predicted counts 0. */
        SEEN,
        /** Those that are annotated somewhere. */
        ANNOTATED
    }

    public SegmentationMetric {
        classes = List.copyOf(classes);
        if (classes.size() < 2 || classes.size() > 255) {
            throw new IllegalArgumentException("classes has " + classes.size() + " names; 2 to 255 can be told apart");
        }
    }

    /** Nothing seen yet. */
    public static SegmentationMetric none(LabelParts parts, List<String> classes, Mean mean) {
        return new SegmentationMetric(parts, classes, mean, Samples.none());
    }

    /**
     * The tally with one more picture.
     *
     * @throws ModelException when the picture has no mask, the output is not what was declared, or a mask or an output
     *     holds more classes than there are names
     */
    @Override
    public SegmentationMetric plus(Sample sample, Map<String, Tensor> outputs) {
        PictureTruth truth = Truths.of(sample);
        LabelMap mask = truth.mask()
                .orElseThrow(() -> new ModelException(
                        sample.name() + " has no mask to compare with", "give the data set file masks: or voc:"));
        return new SegmentationMetric(
                parts,
                classes,
                mean,
                tallies.plus(sample.name(), compare(sample.name(), mask, parts.labels(outputs, truth.placement()))));
    }

    private Confusion compare(String name, LabelMap mask, LabelMap predicted) {
        if (mask.width() != predicted.width() || mask.height() != predicted.height()) {
            throw new ModelException(
                    name + " has a mask of " + mask.width() + "x" + mask.height() + " pixels, the picture has "
                            + predicted.width() + "x" + predicted.height(),
                    "give the masks that belong to these pictures");
        }
        try {
            return Confusion.of(mask, predicted, classes.size());
        } catch (IllegalArgumentException e) {
            throw new ModelException(
                    "the network gives " + e.getMessage(),
                    "name all of its classes under classes, background first",
                    e);
        }
    }

    @Override
    public SegmentationMetric merge(SegmentationMetric other) {
        return new SegmentationMetric(parts, classes, mean, tallies.merge(other.tallies));
    }

    @Override
    public String primary() {
        return "miou";
    }

    @Override
    public long samples() {
        return tallies.size();
    }

    /** Pixels by true class (rows) and predicted class (columns). */
    public long[][] confusion() {
        int n = classes.size();
        long[] dense = new long[n * n];
        tallies.tallies().forEach(c -> c.addTo(dense, 1));
        long[][] rows = new long[n][n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(dense, i * n, rows[i], 0, n);
        }
        return rows;
    }

    /**
     * {@code miou}, {@code pixelAccuracy}, {@code meanAccuracy} (over the classes that are annotated), {@code
     * frequencyWeightedIou}, {@code iou.CLASS} for each class that the mean is over, as fractions; {@code samples}.
     */
    @Override
    public Map<String, Double> scores() {
        Sums sums = new Sums(classes.size());
        tallies.tallies().forEach(c -> sums.add(c, 1));
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("miou", sums.meanIou(mean));
        scores.put("pixelAccuracy", sums.accuracy());
        scores.put("meanAccuracy", sums.meanAccuracy());
        scores.put("frequencyWeightedIou", sums.frequencyWeightedIou());
        for (int k = 0; k < classes.size(); k++) {
            if (sums.counts(k, mean)) {
                scores.put("iou." + classes.get(k), sums.iou(k));
            }
        }
        scores.put("samples", (double) samples());
        return scores;
    }

    @Override
    public Map<String, Interval> intervals(Bootstrap how) {
        List<Confusion> all = tallies.tallies();
        return intervals(how, s -> score -> score.applyAsDouble(sums(all, s)));
    }

    @Override
    public Map<String, Interval> differences(SegmentationMetric from, Bootstrap how) {
        List<Confusion> all = tallies.tallies();
        List<Confusion> others = Truths.paired(tallies, from.tallies());
        return intervals(how, s -> score -> score.applyAsDouble(sums(all, s)) - score.applyAsDouble(sums(others, s)));
    }

    /** @param value how often each picture counts, and a score of sums, to a number */
    private Map<String, Interval> intervals(
            Bootstrap how, Function<int[], ToDoubleFunction<ToDoubleFunction<Sums>>> value) {
        Map<String, Interval> intervals = new LinkedHashMap<>();
        if (tallies.size() > 0) {
            Map<String, ToDoubleFunction<Sums>> scores = new LinkedHashMap<>();
            scores.put("miou", s -> s.meanIou(mean));
            scores.put("pixelAccuracy", Sums::accuracy);
            scores.forEach((key, score) -> intervals.put(
                    key, how.interval(tallies.size(), s -> value.apply(s).applyAsDouble(score))));
        }
        return intervals;
    }

    private Sums sums(List<Confusion> all, int[] times) {
        Sums sums = new Sums(classes.size());
        for (int i = 0; i < times.length; i++) {
            if (times[i] > 0) {
                sums.add(all.get(i), times[i]);
            }
        }
        return sums;
    }

    /** What IoU needs of a confusion matrix. */
    private static final class Sums {
        private final long[] right;
        private final long[] there;
        private final long[] seen;

        Sums(int classes) {
            right = new long[classes];
            there = new long[classes];
            seen = new long[classes];
        }

        void add(Confusion c, long times) {
            c.addTo(right, there, seen, times);
        }

        boolean counts(int k, Mean mean) {
            return there[k] > 0 || (mean == Mean.SEEN && seen[k] > 0);
        }

        double iou(int k) {
            return (double) right[k] / (there[k] + seen[k] - right[k]);
        }

        double meanIou(Mean mean) {
            double sum = 0;
            int n = 0;
            for (int k = 0; k < there.length; k++) {
                if (counts(k, mean)) {
                    sum += iou(k);
                    n++;
                }
            }
            return sum / n;
        }

        double accuracy() {
            long hits = 0;
            long all = 0;
            for (int k = 0; k < there.length; k++) {
                hits += right[k];
                all += there[k];
            }
            return (double) hits / all;
        }

        double meanAccuracy() {
            double sum = 0;
            int n = 0;
            for (int k = 0; k < there.length; k++) {
                if (there[k] > 0) {
                    sum += (double) right[k] / there[k];
                    n++;
                }
            }
            return sum / n;
        }

        double frequencyWeightedIou() {
            double sum = 0;
            long all = 0;
            for (int k = 0; k < there.length; k++) {
                if (there[k] > 0) {
                    sum += there[k] * iou(k);
                    all += there[k];
                }
            }
            return sum / all;
        }
    }
}
