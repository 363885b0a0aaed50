package dev.octavo.lidar.pipeline;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.nuscenes.DetectionBox;
import dev.octavo.lidar.nuscenes.GroundTruth;
import dev.octavo.lidar.nuscenes.NuScenesMetric;
import dev.octavo.tasks.metric.Bootstrap;
import dev.octavo.tasks.metric.Interval;
import dev.octavo.tasks.metric.TaskMetric;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The nuScenes metric of a dense part that is fed with maps ({@link MapsDataset}): what a frame's heads find is compared
 * with what is annotated in it. Only the samples seen count. No intervals: the scores are curves over all samples.
 */
public final class FrameMetric implements TaskMetric<FrameMetric> {
    /** Nothing seen yet. */
    public static final FrameMetric EMPTY = new FrameMetric(new TreeMap<>());

    private static final long serialVersionUID = 1;

    private final SortedMap<String, Seen> seen; // by sample: equal scores rank in the order of the names

    private record Seen(GroundTruth.SampleTruth truth, List<DetectionBox> boxes) implements Serializable {}

    private FrameMetric(SortedMap<String, Seen> seen) {
        this.seen = seen;
    }

    /**
     * The tally with one more frame.
     *
     * @throws ModelException when the sample is no frame of a {@link MapsDataset}
     */
    @Override
    public FrameMetric plus(Sample sample, Map<String, Tensor> outputs) {
        FrameTruth truth = sample.truth()
                .filter(FrameTruth.class::isInstance)
                .map(FrameTruth.class::cast)
                .orElseThrow(() -> new ModelException(
                        sample.name() + " is no frame with annotations",
                        "give a data set file with the keys nuscenes and detector"));
        TreeMap<String, Seen> one = new TreeMap<>();
        one.put(sample.name(), new Seen(truth.truth(), truth.boxes(outputs)));
        return merge(new FrameMetric(one));
    }

    @Override
    public FrameMetric merge(FrameMetric other) {
        TreeMap<String, Seen> all = new TreeMap<>(seen);
        other.seen.forEach((sample, s) -> {
            if (all.put(sample, s) != null) {
                throw new ModelException("the sample " + sample + " was counted twice", "share the samples out once");
            }
        });
        return new FrameMetric(all);
    }

    /** {@code NDS}, {@code mAP}, the five mean errors, {@code AP.class}, {@code samples}. */
    @Override
    public Map<String, Double> scores() {
        Map<String, GroundTruth.SampleTruth> truths = new LinkedHashMap<>();
        seen.forEach((sample, s) -> truths.put(sample, s.truth()));
        NuScenesMetric tally = NuScenesMetric.none(new GroundTruth(truths));
        for (Map.Entry<String, Seen> e : seen.entrySet()) {
            tally = tally.plus(e.getKey(), e.getValue().boxes());
        }
        return tally.scores();
    }

    @Override
    public String primary() {
        return "NDS";
    }

    @Override
    public long samples() {
        return seen.size();
    }

    @Override
    public Map<String, Interval> intervals(Bootstrap how) {
        return Map.of();
    }

    @Override
    public Map<String, Interval> differences(FrameMetric from, Bootstrap how) {
        return Map.of();
    }
}
