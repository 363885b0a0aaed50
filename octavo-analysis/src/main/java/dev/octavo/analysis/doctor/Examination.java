package dev.octavo.analysis.doctor;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.lower.Codes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Reads from a site's grid and from what was seen of its values why it harms.
 *
 * <p>In this order, for what comes first would make what follows look guilty: a grid shared with other values, values
 * outside of the grid, one grid where channels differ, a shifted mean, channels that dominate, and what then remains is
 * rounding.
 */
final class Examination {
    /* A grid more than so many times wider than what was seen of the value is another's. */
    private static final double FOREIGN = 4;
    /* Channels this much larger than the middle one leave the others few steps. */
    private static final double DOMINANT = 8;
    private static final double DEAD = 1e-3;
    private static final double MOSTLY = 0.5;
    private static final double SHIFTED = 0.3;

    private final Prepared prepared;
    private final Graph graph;
    private final Plan plan;
    private final Evidence evidence;
    private final QuantizeOptions options;

    Examination(Prepared prepared, Plan plan, Evidence evidence, QuantizeOptions options) {
        this.prepared = prepared;
        this.graph = prepared.graph();
        this.plan = plan;
        this.evidence = evidence;
        this.options = options;
    }

    /** The usual channel axis of a tensor: 1 of {@code [N, C, …]} pictures, the last of anything smaller. */
    static int channelAxis(int rank) {
        return rank >= 4 ? 1 : rank - 1;
    }

    /** Why an activation harms. */
    Diagnosis activation(String name, double share) {
        ValueEvidence seen = evidence.of(name);
        DyadicHistogram h = seen.histogram();
        Grid grid = gridOf(name);
        GridError error = GridError.of(h, grid);
        double span = grid.range(0).high() - grid.range(0).low();
        double own = Math.max(Math.max(0, h.max()) - Math.min(0, h.min()), Float.MIN_NORMAL);
        boolean shared = prepared.scheme().choices().get(new Site.OfValue(name)) instanceof Choice.SameAs;
        Spread spread =
                seen.channels().values().stream().findFirst().map(Spread::of).orElse(Spread.NONE);
        String text = String.format(
                Locale.ROOT,
                "values in [%.4g, %.4g], grid %s over [%.4g, %.4g]; %.0f %% of its error is clipping of %.3g %% of the "
                        + "values; the largest channel is %.1f times the middle one, %d of %d are dead",
                h.min(),
                h.max(),
                grid.spec(),
                grid.range(0).low(),
                grid.range(0).high(),
                100 * error.clippedShare(),
                100 * error.outside(),
                spread.ratio(),
                spread.dead(),
                spread.channels());
        Cause cause = error.clippedShare() > MOSTLY
                ? Cause.TRUNCATION
                : span > FOREIGN * own
                        ? (shared || isFixed(name) ? Cause.SHARED_GRID : Cause.ROUNDING)
                        : spread.ratio() > DOMINANT ? Cause.DOMINANT_CHANNEL : Cause.ROUNDING;
        if (shared && span <= FOREIGN * own && cause == Cause.TRUNCATION) {
            cause = Cause.SHARED_GRID;
        }
        return new Diagnosis(name, "activation", cause, share, text, remediesFor(name, grid, h, cause));
    }

    private boolean isFixed(String name) {
        return prepared.scheme().choices().get(new Site.OfValue(name)) instanceof Choice.Fixed;
    }

    private Grid gridOf(String name) {
        return Optional.ofNullable(plan.grids().get(new Site.OfValue(name)))
                .or(() -> plan.grids().entrySet().stream()
                        .filter(e -> e.getKey().value().equals(name))
                        .map(java.util.Map.Entry::getValue)
                        .findFirst())
                .orElseThrow();
    }

    private List<Remedy> remediesFor(String name, Grid grid, DyadicHistogram h, Cause cause) {
        List<Remedy> remedies = new ArrayList<>();
        Range seen = new Range(Math.min(0, h.min()), Math.max(0, h.max()));
        QuantSpec spec = QuantSpec.perTensor(
                grid.spec().bits(), grid.spec().signed(), grid.spec().symmetric());
        switch (cause) {
            case TRUNCATION, SHARED_GRID -> remedies.add(Remedies.fixed(name, spec, QuantParams.forRange(seen, spec)));
            case DOMINANT_CHANNEL -> remedies.addAll(Remedies.rewrites("equalize", "smooth-quant"));
            default -> remedies.addAll(Remedies.rewrites("split-range"));
        }
        if (grid.spec().bits() < 16) {
            QuantSpec wide = QuantSpec.perTensor(16, true, true);
            remedies.add(Remedies.fixed(name, wide, QuantParams.forRange(seen, wide)));
        }
        remedies.add(Remedies.keepFloat(name));
        return remedies;
    }

    /** Why weights harm; {@code name} is the value that they give. */
    Diagnosis weight(String name, Set<Site> sites, double share) {
        Site site = sites.stream()
                .filter(s -> graph.require(s.value())
                                .constant()
                                .orElseThrow()
                                .shape()
                                .rank()
                        >= 2)
                .findFirst()
                .orElse(sites.iterator().next());
        Value v = graph.require(site.value());
        Tensor w = v.constant().orElseThrow();
        Grid grid = Objects.requireNonNull(plan.grids().get(site));
        int axis = v.uses().stream()
                .map(u -> Weighted.of(u.node()))
                .flatMap(Optional::stream)
                .map(Weighted::outputAxis)
                .findFirst()
                .orElse(0);
        Channels by = Channels.of(w, axis, grid);
        Cause cause = by.clippedShare() > MOSTLY
                ? Cause.TRUNCATION
                : !grid.spec().isPerChannel() && by.gain() > 2
                        ? Cause.WRONG_GRANULARITY
                        : by.shiftShare() > SHIFTED && !correctsBias() ? Cause.BIAS_SHIFT : Cause.ROUNDING;
        String text = String.format(
                Locale.ROOT,
                "weight %s on %s; the largest channel is %.1f times the middle one, %d of %d are dead; %.0f %% of its "
                        + "error is clipping; a grid per channel would make it %.1f times smaller; %.0f %% of it is a "
                        + "shift of channel means",
                v.name(),
                grid.spec(),
                by.ratio(),
                by.dead(),
                by.channels(),
                100 * by.clippedShare(),
                by.gain(),
                100 * by.shiftShare());
        return new Diagnosis(name, "weight", cause, share, text, Remedies.ofWeight(v, cause));
    }

    private boolean correctsBias() {
        return options.refinements().stream().anyMatch(r -> r.name().contains("correct-bias"));
    }

    /** How channels of an activation differ. */
    private record Spread(double ratio, int dead, int channels) {
        static final Spread NONE = new Spread(1, 0, 0);

        static Spread of(ChannelStats s) {
            double[] max = new double[s.channels()];
            for (int c = 0; c < max.length; c++) {
                max[c] = s.maxAbs(c);
            }
            return of(max);
        }

        static Spread of(double[] max) {
            double[] sorted = max.clone();
            Arrays.sort(sorted);
            double largest = sorted[sorted.length - 1];
            double middle = sorted[sorted.length / 2];
            int dead =
                    (int) Arrays.stream(sorted).filter(m -> m <= DEAD * largest).count();
            return new Spread(middle > 0 ? largest / middle : Double.POSITIVE_INFINITY, dead, max.length);
        }
    }

    /** What a grid does to the channels of a weight. */
    private record Channels(double ratio, int dead, int channels, double clippedShare, double gain, double shiftShare) {
        static Channels of(Tensor w, int axis, Grid grid) {
            int rank = w.shape().rank();
            int along = axis < 0 ? axis + rank : axis;
            int n = rank == 0 ? 1 : Math.toIntExact(w.shape().dim(along));
            long inner = 1;
            for (int i = along + 1; i < rank; i++) {
                inner *= w.shape().dim(i);
            }
            float[] real = w.floats();
            float[] snapped = Codes.snapped(w, grid);
            double[] max = new double[n];
            double[] sum = new double[n];
            double squared = 0;
            for (int i = 0; i < real.length; i++) {
                int c = (int) (i / inner % n);
                double d = (double) real[i] - snapped[i];
                max[c] = Math.max(max[c], Math.abs(real[i]));
                sum[c] += d;
                squared += d * d;
            }
            double each = real.length / (double) n;
            double shift = Arrays.stream(sum).map(s -> s * s / each).sum();
            QuantSpec spec = grid.spec();
            double finer = 0;
            for (double m : max) {
                double step = m
                        / Math.max(
                                1, QuantSpec.perTensor(spec.bits(), true, true).maxCode());
                finer += each * step * step / 12;
            }
            Spread spread = Spread.of(max);
            return new Channels(
                    spread.ratio(),
                    spread.dead(),
                    n,
                    GridError.of(w, grid).clippedShare(),
                    finer > 0 ? squared / finer : 1,
                    squared > 0 ? shift / squared : 0);
        }
    }
}
