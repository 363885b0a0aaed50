package dev.octavo.lidar.nuscenes;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The detection metric of nuScenes: mAP over four matching distances, five errors of true positives, NDS
 * (configuration detection_cvpr_2019).
 *
 * <p>Parts hold the predictions of their samples and merge in any order; a sample is in one part only. Samples without
 * predictions count as found empty, so the scores of a part are those of the whole split with nothing found elsewhere,
 * unless {@link #seenOnly} restricts the truth to the samples seen. Of equal scores the later sample of the split, and
 * in it the later box, ranks first, as in the official evaluation.
 *
 * <p>Source: Caesar et al., "nuScenes: A multimodal dataset for autonomous driving", CVPR 2020, section 3.
 */
public final class NuScenesMetric implements Metric<NuScenesMetric> {
    /** The most boxes that a submission may have for one sample. */
    public static final int MOST_BOXES = 500;

    private static final double[] DISTANCES = {0.5, 1, 2, 4};
    private static final double ERROR_DISTANCE = 2;

    /** Turns the outputs of a network for a sample into boxes in the global frame. */
    public interface Decoder {
        List<DetectionBox> boxes(Sample sample, Map<String, Tensor> outputs);
    }

    private final GroundTruth truth;
    private final Decoder decoder;
    private final Map<String, List<DetectionBox>> predictions;

    private NuScenesMetric(GroundTruth truth, Decoder decoder, Map<String, List<DetectionBox>> predictions) {
        this.truth = truth;
        this.decoder = decoder;
        this.predictions = predictions;
    }

    /** Nothing seen yet; samples are called by their tokens. */
    public static NuScenesMetric none(GroundTruth truth, Decoder decoder) {
        return new NuScenesMetric(truth, decoder, Map.of());
    }

    /** Nothing seen yet, for predictions that are boxes already. */
    public static NuScenesMetric none(GroundTruth truth) {
        return none(truth, (sample, outputs) -> {
            throw new IllegalStateException("this tally takes boxes, not the outputs of a network");
        });
    }

    @Override
    public NuScenesMetric plus(Sample sample, Map<String, Tensor> outputs) {
        return plus(sample.name(), decoder.boxes(sample, outputs));
    }

    /**
     * The tally with the predictions for one more sample.
     *
     * @throws ModelException when the split has no such sample, it was counted before, or it has more than 500 boxes
     */
    public NuScenesMetric plus(String sample, List<DetectionBox> boxes) {
        return merge(new NuScenesMetric(truth, decoder, Map.of(sample, checked(sample, boxes))));
    }

    private List<DetectionBox> checked(String sample, List<DetectionBox> boxes) {
        if (boxes.size() > MOST_BOXES) {
            throw new ModelException(
                    "the sample " + sample + " has " + boxes.size() + " boxes, at most " + MOST_BOXES + " are allowed",
                    "keep the best " + MOST_BOXES);
        }
        GroundTruth.SampleTruth here = truth.samples().get(sample);
        if (here == null) {
            throw new ModelException(
                    "there is no sample " + sample + " among the "
                            + truth.samples().size() + " of the split",
                    "check that predictions and split belong together");
        }
        return here.filter(boxes);
    }

    @Override
    public NuScenesMetric merge(NuScenesMetric other) {
        if (!truth.equals(other.truth)) {
            throw new IllegalArgumentException("tallies over different ground truth");
        }
        Map<String, List<DetectionBox>> all = new HashMap<>(predictions);
        other.predictions.forEach((sample, boxes) -> {
            if (all.put(sample, boxes) != null) {
                throw new ModelException("the sample " + sample + " was counted twice", "share the samples out once");
            }
        });
        return new NuScenesMetric(truth, decoder, Collections.unmodifiableMap(all));
    }

    /** The same predictions against the truth of the samples seen so far alone. */
    public NuScenesMetric seenOnly() {
        Map<String, GroundTruth.SampleTruth> seen = new LinkedHashMap<>(truth.samples());
        seen.keySet().retainAll(predictions.keySet());
        return new NuScenesMetric(new GroundTruth(seen), decoder, predictions);
    }

    /** Number of samples seen. */
    public int samples() {
        return predictions.size();
    }

    /** Fails unless every sample of the split was seen, as a submission must. */
    public NuScenesMetric complete() {
        List<String> missing = truth.samples().keySet().stream()
                .filter(s -> !predictions.containsKey(s))
                .toList();
        if (!missing.isEmpty()) {
            throw new ModelException(
                    missing.size() + " samples of the split have no predictions, such as " + missing.get(0),
                    "give every sample a list, an empty one if nothing was found");
        }
        return this;
    }

    /** All numbers. */
    public NuScenesScores result() {
        return NuScenesScores.of(curves(), ERROR_DISTANCE);
    }

    /** {@code NDS}, {@code mAP}, the mean errors, the class APs, and {@code samples}. */
    @Override
    public Map<String, Double> scores() {
        Map<String, Double> named = new LinkedHashMap<>(result().named());
        named.put("samples", (double) samples());
        return named;
    }

    Map<DetectionClass, Map<Double, Curve>> curves() {
        Map<DetectionClass, Map<Double, Curve>> out = new EnumMap<>(DetectionClass.class);
        for (DetectionClass c : DetectionClass.values()) {
            List<Ranked> ranked = new ArrayList<>();
            Map<String, List<DetectionBox>> truths = new HashMap<>();
            int positives = 0;
            for (Map.Entry<String, GroundTruth.SampleTruth> s : truth.samples().entrySet()) {
                List<DetectionBox> here =
                        ofClass(s.getValue().filter(s.getValue().boxes()), c);
                truths.put(s.getKey(), here);
                positives += here.size();
                for (DetectionBox b : ofClass(predictions.getOrDefault(s.getKey(), List.of()), c)) {
                    ranked.add(new Ranked(s.getKey(), b, ranked.size()));
                }
            }
            Collections.sort(ranked);
            Map<Double, Curve> byDistance = new TreeMap<>();
            for (double d : DISTANCES) {
                byDistance.put(d, Curve.of(verdicts(ranked, truths, d), positives));
            }
            out.put(c, byDistance);
        }
        return out;
    }

    private static List<DetectionBox> ofClass(List<DetectionBox> boxes, DetectionClass c) {
        return boxes.stream().filter(b -> b.type() == c).toList();
    }

    /** A prediction and its place in the input; the natural order is by falling score, of equal ones the later first. */
    private record Ranked(String sample, DetectionBox box, int place) implements Comparable<Ranked> {
        @Override
        public int compareTo(Ranked o) {
            int byScore = Double.compare(o.box.score(), box.score());
            return byScore != 0 ? byScore : Integer.compare(o.place, place);
        }
    }

    /* Each prediction takes the nearest truth that is left; there is no second choice. */
    private static List<Curve.Verdict> verdicts(
            List<Ranked> ranked, Map<String, List<DetectionBox>> truths, double distance) {
        Map<String, List<DetectionBox>> left = new HashMap<>();
        List<Curve.Verdict> out = new ArrayList<>();
        for (Ranked r : ranked) {
            List<DetectionBox> here =
                    left.computeIfAbsent(r.sample(), s -> new ArrayList<>(Objects.requireNonNull(truths.get(s))));
            int nearest = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < here.size(); i++) {
                double d = TpError.TRANSLATION.of(here.get(i), r.box());
                if (d < least) {
                    least = d;
                    nearest = i;
                }
            }
            out.add(new Curve.Verdict(
                    r.box(),
                    least < distance ? java.util.Optional.of(here.remove(nearest)) : java.util.Optional.empty()));
        }
        return out;
    }
}
