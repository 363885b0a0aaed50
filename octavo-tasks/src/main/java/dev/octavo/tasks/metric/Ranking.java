package dev.octavo.tasks.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All detections of one class over all pictures, best first, and the average precision that they come to.
 *
 * <p>Only what happens at right detections matters for it: between them precision falls and recall stands still.
 */
final class Ranking {
    private final int label;
    private final int[] pictures;
    private final int[] outcomes;

    private Ranking(int label, int[] pictures, int[] outcomes) {
        this.label = label;
        this.pictures = pictures;
        this.outcomes = outcomes;
    }

    private record Entry(float score, int picture, int outcome) {}

    /** One ranking per class. Of equal scores the picture that comes first ranks first. */
    static List<Ranking> of(List<Matched> pictures, int classes) {
        List<List<Entry>> entries = new ArrayList<>();
        for (int k = 0; k < classes; k++) {
            entries.add(new ArrayList<>());
        }
        for (int p = 0; p < pictures.size(); p++) {
            Matched one = pictures.get(p);
            for (int i = 0; i < one.detections(); i++) {
                entries.get(one.label(i)).add(new Entry(one.score(i), p, one.outcomes(i)));
            }
        }
        List<Ranking> rankings = new ArrayList<>();
        for (int k = 0; k < classes; k++) {
            List<Entry> own = entries.get(k);
            own.sort(Comparator.comparingDouble((Entry e) -> e.score).reversed()); // stable
            rankings.add(new Ranking(
                    k,
                    own.stream().mapToInt(Entry::picture).toArray(),
                    own.stream().mapToInt(Entry::outcome).toArray()));
        }
        return rankings;
    }

    /**
     * Average precision.
     *
     * @param way of matching
     * @param times how often each picture counts
     * @param objects per class, how many have to be found
     * @return NaN when there is nothing to find
     */
    double averagePrecision(int way, Interpolation how, int[] times, long[] objects) {
        long all = objects[label];
        if (all == 0) {
            return Double.NaN;
        }
        double[] recall = new double[pictures.length];
        double[] precision = new double[pictures.length];
        int n = 0;
        long right = 0;
        long looked = 0;
        for (int i = 0; i < pictures.length; i++) {
            int outcome = (outcomes[i] >> (2 * way)) & 3;
            int weight = times[pictures[i]];
            if (outcome == 2 || weight == 0) {
                continue;
            }
            looked += weight;
            if (outcome == 1) {
                right += weight;
                recall[n] = (double) right / all;
                precision[n++] = (double) right / looked;
            }
        }
        for (int i = n - 2; i >= 0; i--) {
            precision[i] = Math.max(precision[i], precision[i + 1]);
        }
        return how.average(recall, precision, n);
    }
}
