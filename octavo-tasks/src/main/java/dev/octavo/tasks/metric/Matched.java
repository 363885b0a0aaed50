package dev.octavo.tasks.metric;

import dev.octavo.tasks.metric.Matching.Outcome;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.TrueBox;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One picture's detections, each with what became of it under every way of matching, and how many objects there are.
 * Flat arrays: a data set has millions of these.
 */
final class Matched implements Serializable {
    private static final long serialVersionUID = 2L;

    /** A word holds so many outcomes, of two bits each: right, and neither. */
    private static final int PER_WORD = 16;

    private final int[] labels; // of each detection; ascending, best first within a class
    private final float[] scores;
    private final int[] outcomes; // of each detection so many words as hold all ways
    private final int[] objectLabels;
    private final long[] objectCounts; // bit m: counts under way m

    private Matched(int[] labels, float[] scores, int[] outcomes, int[] objectLabels, long[] objectCounts) {
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
        SortedMap<Integer, List<Detection>> byClass = new TreeMap<>();
        found.forEach(
                d -> byClass.computeIfAbsent(d.label(), k -> new ArrayList<>()).add(d));
        int words = words(ways.size());
        List<Detection> kept = new ArrayList<>();
        int[] outcomes = new int[found.size() * words];
        for (List<Detection> all : byClass.values()) {
            all.sort(Comparator.comparingDouble((Detection d) -> d.score()).reversed()); // stable
            List<Detection> own = all.subList(0, Math.min(most, all.size()));
            int label = own.get(0).label();
            List<TrueBox> there =
                    objects.stream().filter(o -> o.label() == label).toList();
            note(own, there, ways, outcomes, kept.size() * words);
            kept.addAll(own);
        }
        float[] scores = new float[kept.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = kept.get(i).score();
        }
        return new Matched(
                kept.stream().mapToInt(Detection::label).toArray(),
                scores,
                Arrays.copyOf(outcomes, kept.size() * words),
                objects.stream().mapToInt(TrueBox::label).toArray(),
                objects.stream().mapToLong(o -> counts(o, ways)).toArray());
    }

    private static int words(int ways) {
        return (ways + PER_WORD - 1) / PER_WORD;
    }

    /** Notes what became of the detections of one class, from word {@code from} on. */
    private static void note(List<Detection> own, List<TrueBox> there, List<Matching> ways, int[] outcomes, int from) {
        int words = words(ways.size());
        Matching measured = ways.get(0);
        double[][] overlaps = measured.overlaps(own, there);
        for (int m = 0; m < ways.size(); m++) {
            Matching way = ways.get(m);
            if (!way.measuresAs(measured)) {
                measured = way;
                overlaps = way.overlaps(own, there);
            }
            Outcome[] outcome = way.match(own, there, overlaps);
            for (int i = 0; i < outcome.length; i++) {
                outcomes[from + i * words + m / PER_WORD] |= bits(outcome[i]) << (2 * (m % PER_WORD));
            }
        }
    }

    private static int bits(Outcome o) {
        return switch (o) {
            case RIGHT -> 1;
            case NEITHER -> 2;
            case WRONG -> 0;
        };
    }

    private static long counts(TrueBox object, List<Matching> ways) {
        long bits = 0;
        for (int m = 0; m < ways.size(); m++) {
            bits |= ways.get(m).counts(object) ? 1L << m : 0;
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

    /** Words of outcomes, see {@link #outcome}. */
    int[] outcomes(int i) {
        int words = outcomes.length / labels.length;
        return Arrays.copyOfRange(outcomes, i * words, (i + 1) * words);
    }

    /** Of a detection's words, what became of it under a way of matching: 1 is right, 2 neither, 0 wrong. */
    static int outcome(int[] words, int way) {
        return (words[way / PER_WORD] >> (2 * (way % PER_WORD))) & 3;
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
