package dev.octavo.tasks.metric;

import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.post.DetectionParts;
import dev.octavo.tasks.post.LabelParts;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.PictureTruth;
import dev.octavo.tasks.truth.PixelConvention;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much what two networks say of each example differs, whatever is true. Reads the outputs {@code NETWORK/OUTPUT}.
 *
 * @param first the one network
 * @param second the other
 * @param how what a difference is
 * @param changes of each example, 0 for none
 */
public record Changes(String first, String second, How how, Samples<Double> changes) implements Metric<Changes> {
    /** What a difference is. */
    public sealed interface How extends Serializable {
        double between(Map<String, Tensor> first, Map<String, Tensor> second, PictureTruth truth);
    }

    /**
     * Of detections: the scores of those that only one of them has, and the change of score of those that both have.
     * Those below {@code least} are not looked at.
     */
    public record Found(DetectionParts parts, double least) implements How {
        @Override
        public double between(Map<String, Tensor> first, Map<String, Tensor> second, PictureTruth truth) {
            return ofDetections(
                    parts.detections(first, truth.placement()), parts.detections(second, truth.placement()), least);
        }
    }

    /** Of label maps: the share of pixels with another label. */
    public record Labelled(LabelParts parts) implements How {
        @Override
        public double between(Map<String, Tensor> first, Map<String, Tensor> second, PictureTruth truth) {
            return ofLabels(parts.labels(first, truth.placement()), parts.labels(second, truth.placement()));
        }
    }

    private static final double SAME_OBJECT = 0.5;

    /** Nothing seen yet. */
    public static Changes none(String first, String second, How how) {
        return new Changes(first, second, how, Samples.none());
    }

    static double ofDetections(List<Detection> first, List<Detection> second, double least) {
        List<Detection> left = new ArrayList<>(second);
        left.removeIf(d -> d.score() < least);
        double change = 0;
        for (Detection d : first) {
            if (d.score() < least) {
                continue;
            }
            Detection same = left.stream()
                    .filter(o -> o.label() == d.label())
                    .max(Comparator.comparingDouble(o -> o.box().iou(d.box(), PixelConvention.CONTINUOUS)))
                    .filter(o -> o.box().iou(d.box(), PixelConvention.CONTINUOUS) >= SAME_OBJECT)
                    .orElse(null);
            change += same == null ? d.score() : Math.abs(d.score() - same.score());
            left.remove(same);
        }
        return change + left.stream().mapToDouble(Detection::score).sum();
    }

    static double ofLabels(LabelMap first, LabelMap second) {
        int other = 0;
        for (int i = 0; i < first.labels().length; i++) {
            other += first.labels()[i] == second.labels()[i] ? 0 : 1;
        }
        return (double) other / first.labels().length;
    }

    @Override
    public Changes plus(Sample sample, Map<String, Tensor> outputs) {
        double change =
                how.between(Compared.outputsOf(first, outputs), Compared.outputsOf(second, outputs), Truths.of(sample));
        return new Changes(first, second, how, changes.plus(sample.name(), change));
    }

    @Override
    public Changes merge(Changes other) {
        return new Changes(first, second, how, changes.merge(other.changes));
    }

    /** The names of the {@code n} examples that changed most, most first, with their changes. */
    public Map<String, Double> most(int n) {
        Map<String, Double> most = new LinkedHashMap<>();
        changes.sorted().entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(n)
                .forEach(e -> most.put(e.getKey(), e.getValue()));
        return most;
    }

    /** {@code change}: the mean over the examples; {@code samples}. */
    @Override
    public Map<String, Double> scores() {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put(
                "change",
                changes.tallies().stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElse(Double.NaN));
        scores.put("samples", (double) changes.size());
        return scores;
    }
}
