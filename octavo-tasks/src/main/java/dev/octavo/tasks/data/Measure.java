package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.tasks.metric.DetectionMetric;
import dev.octavo.tasks.metric.DetectionRules;
import dev.octavo.tasks.metric.SegmentationMetric;
import dev.octavo.tasks.metric.SegmentationMetric.Mean;
import dev.octavo.tasks.post.DetectionParts;
import dev.octavo.tasks.post.LabelParts;
import java.util.List;
import java.util.Optional;

/**
 * How a network's outputs are read and counted on a data set.
 *
 * @param classes their names, in the network's order; empty when the data set does not say
 * @param detection from outputs to boxes, if the data set says it
 * @param labels from outputs to label maps
 * @param rules how boxes are counted
 * @param mean which classes the mean IoU is over
 */
public record Measure(
        List<String> classes, Optional<DetectionParts> detection, LabelParts labels, DetectionRules rules, Mean mean) {
    /** Nothing said. */
    public static final Measure DEFAULT =
            new Measure(List.of(), Optional.empty(), LabelParts.DEFAULT, DetectionRules.VOC, Mean.SEEN);

    public Measure {
        classes = List.copyOf(classes);
    }

    /**
     * The empty tally for detection.
     *
     * @throws ModelException when the data set does not say how boxes are decoded, or what the classes are
     */
    public DetectionMetric detectionMetric() {
        DetectionParts parts = detection.orElseThrow(
                () -> new ModelException(
                        "the data set does not say how the network's outputs become boxes",
                        "write postprocess: { yolo: … }, { ssd: … } or { boxes: … } into the data set file; see docs/datasets.md"));
        return DetectionMetric.none(parts, rules, named());
    }

    /**
     * The empty tally for segmentation.
     *
     * @throws ModelException when the data set does not say what the classes are
     */
    public SegmentationMetric segmentationMetric() {
        return SegmentationMetric.none(labels, named(), mean);
    }

    private List<String> named() {
        if (classes.isEmpty()) {
            throw new ModelException(
                    "the data set does not say what the classes are",
                    "write classes: classes.txt (one per line, in the network's order) into the data set file");
        }
        return classes;
    }

    /** The same with these classes. */
    Measure classes(List<String> names) {
        return new Measure(names, detection, labels, rules, mean);
    }
}
