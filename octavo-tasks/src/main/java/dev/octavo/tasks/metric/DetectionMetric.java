package dev.octavo.tasks.metric;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.post.DetectionParts;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.PictureTruth;
import dev.octavo.tasks.truth.TrueBox;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well objects are found: mean average precision (mAP), as Pascal VOC and as COCO have it. A mean is over the classes
 * that have an object to find.
 *
 * <p>Sources: M. Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge", IJCV 2010, section 4.2; T.-Y. Lin
 * et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, and its evaluation code's rules.
 *
 * @param parts from outputs to detections
 * @param rules how they are counted
 * @param classes their names
 * @param tallies of each picture
 */
public record DetectionMetric(
        DetectionParts parts, DetectionRules rules, List<String> classes, Samples<Matched> tallies)
        implements TaskMetric<DetectionMetric> {
    /** The key of each score. */
    public static final String MAP_AREA = "mapArea";

    public static final String MAP_ELEVEN_POINT = "mapElevenPoint";
    public static final String MAP_COCO = "mapCoco";

    public DetectionMetric {
        classes = List.copyOf(classes);
        if (classes.isEmpty()) {
            throw new IllegalArgumentException("classes has no name");
        }
    }

    /** Nothing seen yet. */
    public static DetectionMetric none(DetectionParts parts, DetectionRules rules, List<String> classes) {
        return new DetectionMetric(parts, rules, classes, Samples.none());
    }

    /**
     * The tally with one more picture.
     *
     * @throws ModelException when the picture's boxes are not known, the outputs are not what was declared, or the
     *     network has more classes than there are names
     */
    @Override
    public DetectionMetric plus(Sample sample, Map<String, Tensor> outputs) {
        PictureTruth truth = Truths.of(sample);
        List<TrueBox> objects = truth.boxes()
                .orElseThrow(() -> new ModelException(
                        sample.name() + " has no boxes to compare with", "give the data set file boxes: or voc:"));
        return plus(sample.name(), parts.detections(outputs, truth.placement()), objects);
    }

    /** The tally with one more picture's detections. */
    public DetectionMetric plus(String name, List<Detection> found, List<TrueBox> objects) {
        for (Detection d : found) {
            requireClass(d.label(), "the network finds something of class ");
        }
        objects.forEach(o -> requireClass(o.label(), name + " is annotated with class "));
        Matched one = Matched.of(found, objects, rules.ways(), rules.most());
        return new DetectionMetric(parts, rules, classes, tallies.plus(name, one));
    }

    private void requireClass(int label, String whose) {
        if (label >= classes.size()) {
            throw new ModelException(
                    whose + label + ", but classes names " + classes.size() + " (0 to " + (classes.size() - 1) + ")",
                    "name all classes in the data set file, in the network's order, without its background");
        }
    }

    @Override
    public DetectionMetric merge(DetectionMetric other) {
        return new DetectionMetric(parts, rules, classes, tallies.merge(other.tallies));
    }

    @Override
    public String primary() {
        return rules.primary();
    }

    @Override
    public long samples() {
        return tallies.size();
    }

    /**
     * {@link #MAP_AREA} and {@link #MAP_ELEVEN_POINT} at the rules' overlap, {@link #MAP_COCO} over overlaps 0.5 … 0.95 and
     * the other eleven of {@link CocoScore}, those left out for which there is no object; all as fractions. {@code
     * ap.CLASS}, of the kind that is primary, for each class that has objects; {@code samples}.
     */
    @Override
    public Map<String, Double> scores() {
        Standing standing = new Standing(tallies.tallies());
        int[] once = new int[tallies.size()];
        Arrays.fill(once, 1);
        Map<String, Double> scores = new LinkedHashMap<>();
        for (String key : List.of(MAP_AREA, MAP_ELEVEN_POINT, MAP_COCO)) {
            scores.put(key, standing.mean(key, once));
        }
        for (CocoScore one : CocoScore.values()) {
            double mean = mean(standing.perClass(one, once));
            if (one != CocoScore.ALL && !Double.isNaN(mean)) {
                scores.put(one.key(), mean);
            }
        }
        double[] perClass = standing.perClass(primary(), once);
        for (int k = 0; k < perClass.length; k++) {
            if (!Double.isNaN(perClass[k])) {
                scores.put("ap." + classes.get(k), perClass[k]);
            }
        }
        scores.put("samples", (double) samples());
        return scores;
    }

    @Override
    public Map<String, Interval> intervals(Bootstrap how) {
        Map<String, Interval> intervals = new LinkedHashMap<>();
        if (samples() > 0) {
            Standing standing = new Standing(tallies.tallies());
            for (String key : List.of(MAP_AREA, MAP_ELEVEN_POINT, MAP_COCO)) {
                intervals.put(
                        key, how.within(standing.work()).interval(tallies.size(), times -> standing.mean(key, times)));
            }
        }
        return intervals;
    }

    @Override
    public Map<String, Interval> differences(DetectionMetric from, Bootstrap how) {
        Map<String, Interval> intervals = new LinkedHashMap<>();
        if (samples() > 0) {
            Standing ours = new Standing(tallies.tallies());
            Standing theirs = new Standing(Truths.paired(tallies, from.tallies));
            for (String key : List.of(MAP_AREA, MAP_ELEVEN_POINT, MAP_COCO)) {
                intervals.put(
                        key, how.interval(tallies.size(), times -> ours.mean(key, times) - theirs.mean(key, times)));
            }
        }
        return intervals;
    }

    /** All pictures' detections, ranked. */
    private final class Standing {
        private final List<Matched> pictures;
        private final List<Ranking> rankings;

        Standing(List<Matched> pictures) {
            this.pictures = pictures;
            this.rankings = Ranking.of(pictures, classes.size());
        }

        /** How much there is to look at for one score. */
        long work() {
            return (1L + DetectionRules.COCO_STEPS)
                    * pictures.stream().mapToLong(Matched::detections).sum();
        }

        double mean(String key, int[] times) {
            return DetectionMetric.mean(perClass(key, times));
        }

        double[] perClass(String key, int[] times) {
            if (key.equals(MAP_COCO)) {
                return perClass(CocoScore.ALL, times);
            }
            Interpolation how = key.equals(MAP_AREA) ? Interpolation.AREA : Interpolation.ELEVEN_POINT;
            long[] objects = objects(0, times);
            return rankings.stream()
                    .mapToDouble(r -> r.averagePrecision(0, how, times, objects))
                    .toArray();
        }

        double[] perClass(CocoScore score, int[] times) {
            double[] sums = new double[classes.size()];
            for (int way = score.first(); way <= score.last(); way++) {
                long[] objects = objects(way, times);
                for (int k = 0; k < sums.length; k++) {
                    sums[k] += score.of(rankings.get(k), way, times, objects);
                }
            }
            int ways = score.last() - score.first() + 1;
            return Arrays.stream(sums).map(s -> s / ways).toArray();
        }

        /** How many objects of each class have to be found. */
        private long[] objects(int way, int[] times) {
            long[] objects = new long[classes.size()];
            for (int p = 0; p < pictures.size(); p++) {
                pictures.get(p).addObjects(way, objects, times[p]);
            }
            return objects;
        }
    }

    /** Over the classes that have something to find; NaN when none has. */
    private static double mean(double[] perClass) {
        return Arrays.stream(perClass).filter(ap -> !Double.isNaN(ap)).average().orElse(Double.NaN);
    }
}
