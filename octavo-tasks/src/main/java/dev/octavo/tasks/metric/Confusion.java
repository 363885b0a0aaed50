package dev.octavo.tasks.metric;

import dev.octavo.tasks.image.LabelMap;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How many pixels of each true class were taken for each class. Exact; most cells of one picture are empty and not kept.
 */
final class Confusion implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int classes;
    private final int[] cells; // true class · classes + predicted class, ascending
    private final long[] counts;

    private Confusion(int classes, int[] cells, long[] counts) {
        this.classes = classes;
        this.cells = cells;
        this.counts = counts;
    }

    /**
     * Of two maps of the same size. Pixels whose true label is no class (255: not annotated) do not count.
     *
     * @throws IllegalArgumentException when a predicted label of an annotated pixel is no class
     */
    static Confusion of(LabelMap truth, LabelMap predicted, int classes) {
        long[] dense = new long[classes * classes];
        byte[] t = truth.labels();
        byte[] p = predicted.labels();
        for (int i = 0; i < t.length; i++) {
            int label = t[i] & 0xff;
            if (label < classes) {
                int seen = p[i] & 0xff;
                if (seen >= classes) {
                    throw new IllegalArgumentException("class " + seen + " of " + classes);
                }
                dense[label * classes + seen]++;
            }
        }
        return of(dense, classes);
    }

    /** Of counts {@code [true class, predicted class]}. */
    static Confusion of(long[] dense, int classes) {
        int[] cells = new int[dense.length];
        int n = 0;
        for (int i = 0; i < dense.length; i++) {
            if (dense[i] != 0) {
                cells[n++] = i;
            }
        }
        long[] counts = new long[n];
        for (int i = 0; i < n; i++) {
            counts[i] = dense[cells[i]];
        }
        return new Confusion(classes, Arrays.copyOf(cells, n), counts);
    }

    /** Adds the counts, {@code times} over, to {@code dense}. */
    void addTo(long[] dense, long times) {
        for (int i = 0; i < cells.length; i++) {
            dense[cells[i]] += times * counts[i];
        }
    }

    /** Adds per class right pixels, true pixels and predicted pixels, {@code times} over. */
    void addTo(long[] right, long[] there, long[] seen, long times) {
        for (int i = 0; i < cells.length; i++) {
            int truth = cells[i] / classes;
            int predicted = cells[i] % classes;
            long n = times * counts[i];
            there[truth] += n;
            seen[predicted] += n;
            if (truth == predicted) {
                right[truth] += n;
            }
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Confusion c
                && c.classes == classes
                && Arrays.equals(c.cells, cells)
                && Arrays.equals(c.counts, counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(cells) + Arrays.hashCode(counts);
    }
}
