package dev.octavo.quant.datafree;

import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.ExactSums;
import dev.octavo.core.stat.Extremes;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A law in the form in which data would have shown it, so that every range rule and every pass can use it. */
final class LawEvidence {
    /** Number of values that the histogram says it has counted. */
    private static final double COUNT = 0x1p40;

    /* Where the number of places is not known. */
    private static final double MANY = 10_000;

    private LawEvidence() {}

    /**
     * The evidence of a law.
     *
     * @param axes channel axes to give statistics for
     * @param shape of the value, if it is known
     * @param histogram whether to make one; else it is empty
     */
    static ValueEvidence of(Law law, Set<Integer> axes, Optional<Shape> shape, boolean histogram) {
        TreeMap<Integer, ChannelStats> channels = new TreeMap<>();
        axes.forEach(a -> channels.put(a, channels(law, a, shape)));
        return new ValueEvidence(
                histogram ? new Bins(law).histogram() : DyadicHistogram.EMPTY, extremes(law, shape), channels);
    }

    /** The evidence of a law, histogram included. */
    static ValueEvidence of(Law law, Set<Integer> axes, Optional<Shape> shape) {
        return of(law, axes, shape, true);
    }

    private static ChannelStats channels(Law law, int asked, Optional<Shape> shape) {
        Law seen = law;
        if (shape.isPresent() && Known.axis(asked, shape.get().rank()) != law.axis()) {
            int n = (int) Math.max(1, shape.get().dim(asked));
            seen = law.collapsed().select(new int[n]);
        }
        float[] min = new float[seen.channels()];
        float[] max = new float[seen.channels()];
        for (int c = 0; c < min.length; c++) {
            min[c] = (float) seen.least(c);
            max[c] = (float) seen.greatest(c);
        }
        return new ChannelStats(asked, min, max, ExactSums.of(seen.means()), 1);
    }

    /* What the least and the greatest of one sample would be: that of its n places, had they nothing to do with each other. */
    private static Extremes extremes(Law law, Optional<Shape> shape) {
        double places = shape.filter(Shape::isKnown)
                .map(s -> (double) s.elements() / law.channels())
                .orElse(MANY);
        double z = places < 2 ? 0 : Normal.quantile(1 - 1 / places);
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < law.channels(); c++) {
            double a = law.at(c, -z);
            double b = law.at(c, z);
            low = Math.min(low, Math.min(a, b));
            high = Math.max(high, Math.max(a, b));
        }
        return Extremes.of((float) low, (float) high);
    }

    /**
     * Fills a histogram. Between two points the values are spread evenly; whole bins of such a stretch go through an
     * array of differences, so that a stretch costs the same however wide it is.
     */
    private static final class Bins {
        private final double[][] share = new double[2][DyadicHistogram.BINS + 1]; // of positive, of negative values
        private final double[][] step = new double[2][DyadicHistogram.BINS + 2];
        private final double width;
        private final int exponent;
        private final float min;
        private final float max;
        private double zeros;

        Bins(Law law) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < law.channels(); c++) {
                low = Math.min(low, law.least(c));
                high = Math.max(high, law.greatest(c));
            }
            min = (float) low;
            max = (float) high;
            exponent = DyadicHistogram.exponentFor(Math.max(Math.abs(min), Math.abs(max)));
            width = Math.scalb(1.0, exponent);
            for (double[] f : law.at()) {
                for (int i = 0; i + 1 < Law.NODES; i++) {
                    double mass = (Law.below(i + 1) - Law.below(i)) / law.channels();
                    add(Math.min(f[i], f[i + 1]), Math.max(f[i], f[i + 1]), mass);
                }
            }
        }

        private void add(double from, double to, double mass) {
            if (to - from < 1e-9 * width) {
                if (Math.abs(from) < 1e-9 * width) {
                    zeros += mass;
                } else {
                    share[from > 0 ? 0 : 1][bin(Math.abs(from))] += mass;
                }
                return;
            }
            double density = mass / (to - from);
            spread(0, Math.max(0, from), to, density);
            spread(1, Math.max(0, -to), -from, density);
        }

        private void spread(int sign, double from, double to, double density) {
            if (to <= from) {
                return;
            }
            int first = bin(from);
            int last = bin(to);
            if (first == last) {
                share[sign][first] += density * (to - from);
                return;
            }
            share[sign][first] += density * ((first + 1) * width - from);
            share[sign][last] += density * (to - last * width);
            step[sign][first + 1] += density * width;
            step[sign][last] -= density * width;
        }

        private int bin(double magnitude) {
            return (int) Math.min(DyadicHistogram.BINS - 1, magnitude / width);
        }

        DyadicHistogram histogram() {
            return new DyadicHistogram(exponent, Math.round(zeros * COUNT), counts(0), counts(1), min, max);
        }

        private long[] counts(int sign) {
            long[] counts = new long[DyadicHistogram.BINS];
            double running = 0;
            for (int i = 0; i < counts.length; i++) {
                running += step[sign][i];
                counts[i] = Math.max(0, Math.round((share[sign][i] + running) * COUNT));
            }
            return counts;
        }
    }
}
