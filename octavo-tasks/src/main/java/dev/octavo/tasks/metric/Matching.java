package dev.octavo.tasks.metric;

import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.PixelConvention;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import java.io.Serializable;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which detections of one class in one picture are right. Detections choose in the order of their scores.
 *
 * @param rule who gets which object
 * @param iou how much a detection must overlap an object, in (0, 1]
 * @param pixels how boxes are measured
 * @param difficult whether objects marked difficult are as good as not there; otherwise they count like others
 * @param size objects of other sizes are as good as not there, and with {@link Rule#COCO} detections of other sizes that
 *     found nothing
 */
record Matching(Rule rule, double iou, PixelConvention pixels, boolean difficult, ObjectSize size)
        implements Serializable {
    /** Who gets which object. */
    enum Rule {
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

    Matching {
        if (!(iou > 0 && iou <= 1)) {
            throw new IllegalArgumentException("iou is a share of overlap in (0, 1], got " + iou);
        }
    }

    /** Whether an object has to be found. */
    boolean counts(TrueBox object) {
        boolean plain = object.kind() == Kind.PLAIN || (object.kind() == Kind.DIFFICULT && !difficult);
        return plain && size.holds(object.area());
    }

    /**
     * Matches.
     *
     * @param found detections of one class in one picture, best first
     * @param objects of the same class in the same picture
     * @param overlaps of the two, see {@link #overlaps}
     * @return one outcome per detection
     */
    Outcome[] match(List<Detection> found, List<TrueBox> objects, double[][] overlaps) {
        return rule == Rule.VOC ? voc(objects, overlaps) : coco(found, objects, overlaps);
    }

    /** Whether overlaps are measured alike, so that those of one way of matching do for the other. */
    boolean measuresAs(Matching other) {
        return rule == other.rule && pixels == other.pixels;
    }

    /** How much each detection overlaps each object: {@code [detection][object]}. */
    double[][] overlaps(List<Detection> found, List<TrueBox> objects) {
        double[][] overlaps = new double[found.size()][objects.size()];
        for (int d = 0; d < overlaps.length; d++) {
            Box box = found.get(d).box();
            for (int i = 0; i < overlaps[d].length; i++) {
                TrueBox object = objects.get(i);
                boolean share = rule == Rule.COCO && object.kind() == Kind.CROWD;
                overlaps[d][i] = share ? share(box, object.box()) : box.iou(object.box(), pixels);
            }
        }
        return overlaps;
    }

    private double share(Box found, Box crowd) {
        double both = found.overlap(crowd, pixels);
        return both > 0 ? both / found.area(pixels) : 0;
    }

    private Outcome[] voc(List<TrueBox> objects, double[][] overlaps) {
        boolean[] taken = new boolean[objects.size()];
        Outcome[] outcomes = new Outcome[overlaps.length];
        for (int d = 0; d < outcomes.length; d++) {
            double most = -1;
            int best = -1;
            for (int i = 0; i < taken.length; i++) {
                if (overlaps[d][i] > most) {
                    most = overlaps[d][i];
                    best = i;
                }
            }
            if (best < 0 || most < iou) {
                outcomes[d] = Outcome.WRONG;
            } else if (!counts(objects.get(best))) {
                outcomes[d] = Outcome.NEITHER;
            } else {
                outcomes[d] = taken[best] ? Outcome.WRONG : Outcome.RIGHT;
                taken[best] = true;
            }
        }
        return outcomes;
    }

    private Outcome[] coco(List<Detection> found, List<TrueBox> objects, double[][] overlaps) {
        boolean[] counts = new boolean[objects.size()];
        boolean[] crowd = new boolean[objects.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = counts(objects.get(i));
            crowd[i] = objects.get(i).kind() == Kind.CROWD;
        }
        boolean[] taken = new boolean[objects.size()];
        Outcome[] outcomes = new Outcome[found.size()];
        for (int d = 0; d < outcomes.length; d++) {
            // A real object is better than one that does not count.
            int best = best(overlaps[d], i -> counts[i] && !taken[i]);
            if (best < 0) {
                best = best(overlaps[d], i -> !counts[i] && (crowd[i] || !taken[i]));
            }
            if (best >= 0) {
                taken[best] = true;
                outcomes[d] = counts[best] ? Outcome.RIGHT : Outcome.NEITHER;
            } else {
                boolean asked = size.holds(found.get(d).box().area(pixels));
                outcomes[d] = asked ? Outcome.WRONG : Outcome.NEITHER;
            }
        }
        return outcomes;
    }

    /** The last of the objects that are overlapped most, and enough; -1 if there is none. */
    private int best(double[] overlaps, IntPredicate open) {
        int best = -1;
        double least = Math.min(iou, 1 - 1e-10);
        for (int i = 0; i < overlaps.length; i++) {
            if (overlaps[i] >= least && open.test(i)) {
                least = overlaps[i];
                best = i;
            }
        }
        return best;
    }
}
