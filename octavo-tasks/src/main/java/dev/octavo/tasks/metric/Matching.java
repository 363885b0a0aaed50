package dev.octavo.tasks.metric;

import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.PixelConvention;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which detections of one class in one picture are right. Detections choose in the order of their scores.
 *
 * @param rule who gets which object
 * @param iou how much a detection must overlap an object, in (0, 1]
 * @param pixels how boxes are measured
 * @param difficult whether objects marked difficult are as good as not there; otherwise they count like others
 */
public record Matching(Rule rule, double iou, PixelConvention pixels, boolean difficult) implements Serializable {
    /** Who gets which object. */
    public enum Rule {
        /**
         * A detection goes for the object that it overlaps most, taken or not. It is right if it overlaps it enough and
         * is the first to; a second one is wrong.
         */
        VOC,
        /**
         * A detection goes for the object that it overlaps most among those that are left, real objects before those
         * that do not count. Overlap with a crowd is the share of the detection that lies in it.
         */
        COCO
    }

    /** What became of a detection. */
    enum Outcome {
        RIGHT,
        WRONG,
        /** Neither: it found something that does not count. */
        NEITHER
    }

    public Matching {
        if (!(iou > 0 && iou <= 1)) {
            throw new IllegalArgumentException("iou is a share of overlap in (0, 1], got " + iou);
        }
    }

    /** Whether an object has to be found. */
    boolean counts(TrueBox object) {
        return object.kind() == Kind.PLAIN || (object.kind() == Kind.DIFFICULT && !difficult);
    }

    /**
     * Matches.
     *
     * @param found detections of one class in one picture, best first
     * @param objects of the same class in the same picture
     * @return one outcome per detection
     */
    List<Outcome> match(List<Detection> found, List<TrueBox> objects) {
        return rule == Rule.VOC ? voc(found, objects) : coco(found, objects);
    }

    private List<Outcome> voc(List<Detection> found, List<TrueBox> objects) {
        boolean[] taken = new boolean[objects.size()];
        List<Outcome> outcomes = new ArrayList<>();
        for (Detection d : found) {
            double most = -1;
            int best = -1;
            for (int i = 0; i < taken.length; i++) {
                double overlap = d.box().iou(objects.get(i).box(), pixels);
                if (overlap > most) {
                    most = overlap;
                    best = i;
                }
            }
            if (best < 0 || most < iou) {
                outcomes.add(Outcome.WRONG);
            } else if (!counts(objects.get(best))) {
                outcomes.add(Outcome.NEITHER);
            } else {
                outcomes.add(taken[best] ? Outcome.WRONG : Outcome.RIGHT);
                taken[best] = true;
            }
        }
        return outcomes;
    }

    private List<Outcome> coco(List<Detection> found, List<TrueBox> objects) {
        List<TrueBox> order = new ArrayList<>(objects);
        order.sort(Comparator.comparing(o -> !counts(o))); // stable
        boolean[] taken = new boolean[order.size()];
        List<Outcome> outcomes = new ArrayList<>();
        for (Detection d : found) {
            int best = -1;
            double least = Math.min(iou, 1 - 1e-10);
            for (int i = 0; i < taken.length; i++) {
                TrueBox object = order.get(i);
                boolean crowd = object.kind() == Kind.CROWD;
                if (taken[i] && !crowd) {
                    continue;
                }
                if (best >= 0 && counts(order.get(best)) && !counts(object)) {
                    break; // a real object is better than one that does not count
                }
                double overlap = overlap(d.box(), object.box(), crowd);
                if (overlap >= least) {
                    least = overlap;
                    best = i;
                }
            }
            if (best < 0) {
                outcomes.add(Outcome.WRONG);
            } else {
                taken[best] = true;
                outcomes.add(counts(order.get(best)) ? Outcome.RIGHT : Outcome.NEITHER);
            }
        }
        return outcomes;
    }

    private double overlap(Box found, Box object, boolean crowd) {
        if (!crowd) {
            return found.iou(object, pixels);
        }
        double both = found.overlap(object, pixels);
        return both > 0 ? both / found.area(pixels) : 0;
    }
}
