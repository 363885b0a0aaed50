package dev.octavo.tasks.data;

import dev.octavo.tasks.metric.DetectionRules;
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
        List<String> classes,
        Optional<DetectionParts> detection,
        LabelParts labels,
        DetectionRules rules,
        Mean mean) {
    /** Nothing said. */
    public static final Measure DEFAULT =
            new Measure(List.of(), Optional.empty(), LabelParts.DEFAULT, DetectionRules.VOC, Mean.SEEN);

    public Measure {
        classes = List.copyOf(classes);
    }

    /** The same with these classes. */
    Measure classes(List<String> names) {
        return new Measure(names, detection, labels, rules, mean);
    }
}
