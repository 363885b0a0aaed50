package dev.octavo.lidar.waymo;

import dev.octavo.lidar.waymo.WaymoFrame.Prediction;
import dev.octavo.lidar.waymo.WaymoFrame.Truth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Matches the boxes of one class in one frame at every cut-off and counts. */
final class FrameTally {
    /** A prediction that touches a truth of another range this much is not wrong in its own. */
    private static final double TOUCHES = 0.01;

    /** A score of 0.29 is at the cut 0.29, however either was computed. */
    private static final double EQUAL = 1e-9;

    private final List<Truth> truths;
    private final List<Prediction> predictions;
    private final List<Truth> elsewhere;
    private final int level;
    private final double[][] overlap; // 0 where too little to match

    /**
     * What is to be matched.
     *
     * @param truths of one class and range, all levels
     * @param predictions of one class and range
     * @param elsewhere truths of the class in other ranges
     * @param level 1 or 2
     */
    FrameTally(List<Truth> truths, List<Prediction> predictions, List<Truth> elsewhere, int level) {
        this.truths = truths;
        this.predictions = predictions;
        this.elsewhere = elsewhere;
        this.level = level;
        this.overlap = new double[predictions.size()][truths.size()];
        for (int p = 0; p < predictions.size(); p++) {
            for (int t = 0; t < truths.size(); t++) {
                double iou = Volumes.iou(predictions.get(p).box(), truths.get(t).box());
                overlap[p][t] = iou >= predictions.get(p).type().leastIou() ? iou : 0;
            }
        }
    }

    WaymoCurve curve() {
        WaymoCurve curve = new WaymoCurve();
        for (int cut = 0; cut < WaymoCurve.CUTS; cut++) {
            List<Integer> above = new ArrayList<>();
            for (int p = 0; p < predictions.size(); p++) {
                if (predictions.get(p).score() >= cut / 100.0 - EQUAL) {
                    above.add(p);
                }
            }
            count(above, cut, curve);
        }
        return curve;
    }

    private void count(List<Integer> above, int cut, WaymoCurve curve) {
        int[] matched = match(above);
        boolean[] found = new boolean[truths.size()];
        for (int i = 0; i < matched.length; i++) {
            Prediction p = predictions.get(above.get(i));
            if (matched[i] >= 0) {
                found[matched[i]] = true;
                curve.right(
                        cut,
                        Volumes.headingAccuracy(p.box(), truths.get(matched[i]).box()));
            } else if (!p.inNoLabelZone() && !touchesOther(p)) {
                curve.wrong(cut);
            }
        }
        for (int t = 0; t < found.length; t++) {
            // Truths harder than the level are not missed; found ones count all the same.
            if (!found[t] && truths.get(t).level() <= level) {
                curve.missed(cut);
            }
        }
    }

    private boolean touchesOther(Prediction p) {
        return elsewhere.stream().anyMatch(t -> Volumes.iou(p.box(), t.box()) > TOUCHES);
    }

    /* Predictions and truths that overlap nobody else's are paired by themselves: the rest is small. */
    private int[] match(List<Integer> above) {
        int[] group = groups(above);
        int[] out = new int[above.size()];
        Arrays.fill(out, -1);
        for (int g = 0; g < above.size(); g++) {
            List<Integer> rows = new ArrayList<>();
            for (int i = 0; i < above.size(); i++) {
                if (group[i] == g) {
                    rows.add(i);
                }
            }
            List<Integer> columns = new ArrayList<>();
            for (int t = 0; t < truths.size(); t++) {
                int truth = t;
                if (rows.stream().anyMatch(i -> overlap[above.get(i)][truth] > 0)) {
                    columns.add(t);
                }
            }
            if (rows.isEmpty() || columns.isEmpty()) {
                continue;
            }
            double[][] value = new double[rows.size()][columns.size()];
            for (int i = 0; i < rows.size(); i++) {
                for (int j = 0; j < columns.size(); j++) {
                    value[i][j] = overlap[above.get(rows.get(i))][columns.get(j)];
                }
            }
            int[] best = Assignment.best(value);
            for (int i = 0; i < best.length; i++) {
                out[rows.get(i)] = best[i] < 0 ? -1 : columns.get(best[i]);
            }
        }
        return out;
    }

    /* The group of each prediction: two that overlap the same truth are in one, named by its least member. */
    private int[] groups(List<Integer> above) {
        int[] group = new int[above.size()];
        for (int i = 0; i < group.length; i++) {
            group[i] = i;
        }
        for (int t = 0; t < truths.size(); t++) {
            int first = -1;
            for (int i = 0; i < group.length; i++) {
                if (overlap[above.get(i)][t] > 0) {
                    if (first >= 0 && group[i] != group[first]) {
                        int from = Math.max(group[i], group[first]);
                        int to = Math.min(group[i], group[first]);
                        for (int k = 0; k < group.length; k++) {
                            group[k] = group[k] == from ? to : group[k];
                        }
                    }
                    first = first < 0 ? i : first;
                }
            }
        }
        return group;
    }
}
