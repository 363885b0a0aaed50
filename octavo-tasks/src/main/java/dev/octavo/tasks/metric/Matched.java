package dev.octavo.tasks.metric;

import dev.octavo.tasks.metric.Matching.Outcome;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.TrueBox;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * One picture's detections, each with what became of it under every way of matching, and how many objects there are.
 * Flat arrays: a data set has millions of these.
 */
final class Matched implements Serializable {
    private static final long serialVersionUID = 1L;

    /* Two bits per way of matching: right, and neither. */
    static final int MOST_MATCHINGS = 16;

    private final int[] labels; // of each detection; ascending, best first within a class
    private final float[] scores;
    private final int[] outcomes;
    private final int[] objectLabels; // of each object that counts under some way
    private final int[] objectCounts; // bit m: counts under way m

    private Matched(int[] labels, float[] scores, int[] outcomes, int[] objectLabels, int[] objectCounts) {
        this.labels = labels;
        this.scores = scores;
        this.outcomes = outcomes;
        this.objectLabels = objectLabels;
        this.objectCounts = objectCounts;
    }

    /**
     * Matches one picture.
     *
     * @param most of each class only so many detections are looked at, the best
     */
    static Matched of(List<Detection> found, List<TrueBox> objects, List<Matching> ways, int most) {
        TreeSet<Integer> classes = new TreeSet<>();
        found.forEach(d -> classes.add(d.label()));
        List<Detection> kept = new ArrayList<>();
        List<Integer> outcomes = new ArrayList<>();
        for (int label : classes) {
            List<Detection> own = found.stream()
                    .filter(d -> d.label() == label)
                    .sorted(Comparator.comparingDouble((Detection d) -> d.score())
                            .reversed())
                    .limit(most)
                    .toList();
            List<TrueBox> there =
                    objects.stream().filter(o -> o.label() == label).toList();
            int[] bits = new int[own.size()];
            for (int m = 0; m < ways.size(); m++) {
                List<Outcome> outcome = ways.get(m).match(own, there);
                for (int i = 0; i < bits.length; i++) {
                    bits[i] |= bits(outcome.get(i)) << (2 * m);
                }
            }
            kept.addAll(own);
            Arrays.stream(bits).forEach(outcomes::add);
        }
        float[] scores = new float[kept.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = kept.get(i).score();
        }
        return new Matched(
                kept.stream().mapToInt(Detection::label).toArray(),
                scores,
                outcomes.stream().mapToInt(Integer::intValue).toArray(),
                objects.stream().mapToInt(TrueBox::label).toArray(),
                objects.stream().mapToInt(o -> counts(o, ways)).toArray());
    }

    private static int bits(Outcome o) {
        return switch (o) {
            case RIGHT -> 1;
            case NEITHER -> 2;
            case WRONG -> 0;
        };
    }

    private static int counts(TrueBox object, List<Matching> ways) {
        int bits = 0;
        for (int m = 0; m < ways.size(); m++) {
            bits |= ways.get(m).counts(object) ? 1 << m : 0;
        }
        return bits;
    }

    int detections() {
        return labels.length;
    }

    int label(int i) {
        return labels[i];
    }

    float score(int i) {
        return scores[i];
    }

    /** Two bits per way of matching: right, and neither. */
    int outcomes(int i) {
        return outcomes[i];
    }

    /** Adds {@code times} per class for each object that has to be found. */
    void addObjects(int way, long[] perClass, long times) {
        for (int i = 0; i < objectLabels.length; i++) {
            if (((objectCounts[i] >> way) & 1) == 1) {
                perClass[objectLabels[i]] += times;
            }
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Matched m
                && Arrays.equals(m.labels, labels)
                && Arrays.equals(m.scores, scores)
                && Arrays.equals(m.outcomes, outcomes)
                && Arrays.equals(m.objectLabels, objectLabels)
                && Arrays.equals(m.objectCounts, objectCounts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(scores) * 31 + Arrays.hashCode(outcomes);
    }
}
