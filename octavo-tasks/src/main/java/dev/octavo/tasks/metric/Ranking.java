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
    private final int[] places;
    private final int[][] outcomes;

    private Ranking(int label, List<Entry> ranked) {
        this.label = label;
        this.pictures = ranked.stream().mapToInt(e -> e.picture).toArray();
        this.places = ranked.stream().mapToInt(e -> e.place).toArray();
        this.outcomes = ranked.stream().map(e -> e.outcomes).toArray(int[][]::new);
    }

    /** A detection; its place is that among those of its class in its picture, from 0. */
    private static final class Entry {
        final float score;
        final int picture;
        final int place;
        final int[] outcomes;

        Entry(float score, int picture, int place, int[] outcomes) {
            this.score = score;
            this.picture = picture;
            this.place = place;
            this.outcomes = outcomes;
        }
    }

    /** One ranking per class. Of equal scores the picture that comes first ranks first. */
    static List<Ranking> of(List<Matched> pictures, int classes) {
        List<List<Entry>> entries = new ArrayList<>();
        for (int k = 0; k < classes; k++) {
            entries.add(new ArrayList<>());
        }
        for (int p = 0; p < pictures.size(); p++) {
            Matched one = pictures.get(p);
            int place = 0;
            for (int i = 0; i < one.detections(); i++) {
                place = i > 0 && one.label(i) == one.label(i - 1) ? place + 1 : 0;
                entries.get(one.label(i)).add(new Entry(one.score(i), p, place, one.outcomes(i)));
            }
        }
        List<Ranking> rankings = new ArrayList<>();
        for (int k = 0; k < classes; k++) {
            List<Entry> own = entries.get(k);
            own.sort(Comparator.comparingDouble((Entry e) -> e.score).reversed()); // stable
            rankings.add(new Ranking(k, own));
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
            int outcome = Matched.outcome(outcomes[i], way);
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

    /**
     * Recall: which part of the objects is found.
     *
     * @param way of matching
     * @param most of each picture only so many detections are looked at, the best
     * @param times how often each picture counts
     * @param objects per class, how many have to be found
     * @return NaN when there is nothing to find
     */
    double recall(int way, int most, int[] times, long[] objects) {
        long all = objects[label];
        long right = 0;
        for (int i = 0; i < pictures.length; i++) {
            boolean found = places[i] < most && Matched.outcome(outcomes[i], way) == 1;
            right += found ? times[pictures[i]] : 0;
        }
        return all == 0 ? Double.NaN : (double) right / all;
    }
}
