package dev.octavo.analysis.doctor;

import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import java.util.Optional;

/**
 * Values in two groups with nothing between: most near 0, and some so far off that the grid is made for them. A place
 * marked "nowhere" by −100 is such a group, or an outlier.
 *
 * @param near where the group nearer to 0 lies, 0 included
 * @param farShare the share of values in the other
 */
record Gap(Range near, double farShare) {
    /* The gap is this much of the whole range, or more. */
    private static final double WIDE = 0.5;

    /** The gap in what was seen, if there is one. */
    static Optional<Gap> in(DyadicHistogram h) {
        Range all = Patient.range(h);
        double span = all.high() - all.low();
        Optional<Gap> above = beyond(h.positive(), h, 1, span, all);
        return above.isPresent() ? above : beyond(h.negative(), h, -1, span, all);
    }

    /* From 0 outwards on one side: the first gap that is wide enough. */
    private static Optional<Gap> beyond(long[] bins, DyadicHistogram h, int sign, double span, Range all) {
        double last = 0;
        for (int i = 0; i < bins.length; i++) {
            if (bins[i] == 0) {
                continue;
            }
            if (i * h.binWidth() - last > WIDE * span) {
                long far = 0;
                for (int k = i; k < bins.length; k++) {
                    far += bins[k];
                }
                Range near = sign > 0 ? new Range(all.low(), last) : new Range(-last, all.high());
                return near.high() - near.low() > 0
                        ? Optional.of(new Gap(near, far / (double) h.count()))
                        : Optional.empty();
            }
            last = (i + 1) * h.binWidth();
        }
        return Optional.empty();
    }

    /** Whether the far group is more than a few stray values. */
    boolean isMeant() {
        return farShare > 1e-3;
    }

    /** Codes that the near group has on a grid of that step. */
    double codes(double step) {
        return (near.high() - near.low()) / step;
    }
}
