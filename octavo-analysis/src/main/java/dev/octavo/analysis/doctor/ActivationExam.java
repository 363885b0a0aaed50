package dev.octavo.analysis.doctor;

import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.quant.range.RangeRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Splits the error of an activation by causes.
 *
 * <pre>
 *   error on its grid   =  clipped + rounded
 *   calibration         =  clipped where the calibration data showed nothing, or rounded on account of what it alone showed
 *   truncation          =  clipped beyond what the best grid of that kind and width clips
 *   shared grid         =  what a grid of its own would not have, where it has another's
 *   dominant channel    =  of the rounding, what a grid per channel would not have
 *   rounding            =  the rest
 * </pre>
 */
final class ActivationExam {
    /* Channels this much larger than the middle one leave the others few steps. */
    private static final double DOMINANT = 8;
    private static final double UNEVEN = 4;

    /* Calibration data that spread so many times wider than what is seen in use are of another kind. */
    private static final double WIDER = 2;

    /* A grid is worth offering if it leaves less than so much of the error. */
    private static final double HELPFUL = 0.7;
    private static final double FEW_CODES = 16;
    private static final int USUAL_BITS = 8;
    private static final Set<String> ELEMENTWISE = Set.of("Add", "Sub", "Mul", "Div");

    private final Patient patient;
    private final Value value;
    private final ValueEvidence seen;
    private final Grid grid;
    private final Optional<Choice> choice;
    private final Range all;
    private final Range known;
    private final GridError error;
    private final GridError.Best best;
    private final Spread spread;
    private final Optional<Gap> gap;

    ActivationExam(Patient patient, String name) {
        this.patient = patient;
        this.value = patient.graph().require(name);
        this.seen = patient.seen(name).orElseThrow();
        this.grid = patient.grid(name);
        this.choice = patient.choice(name);
        this.all = Patient.range(seen.histogram());
        this.known = patient.known(name).orElse(all);
        this.error = GridError.of(seen.histogram(), grid, known);
        this.best = GridError.best(seen, grid.spec());
        this.spread = spread();
        this.gap = Gap.in(seen.histogram());
    }

    /** The usual channel axis of a tensor: 1 of {@code [N, C, …]} pictures, the last of anything smaller. */
    static int channelAxis(int rank) {
        return rank >= 4 ? 1 : -1;
    }

    /** The layers with constant weights that read a value. */
    static List<Weighted> readers(Value v) {
        return v.uses().stream()
                .filter(u -> !u.isCaptured() && u.input() == Weighted.INPUT)
                .map(Use::node)
                .map(Weighted::of)
                .flatMap(Optional::stream)
                .filter(Weighted::hasConstantWeight)
                .toList();
    }

    private Spread spread() {
        List<Weighted> readers = readers(value);
        for (Map.Entry<Integer, ChannelStats> e : seen.channels().entrySet()) {
            List<Weighted> along = readers.stream()
                    .filter(w -> w.activationAxis() == e.getKey())
                    .toList();
            if (!along.isEmpty() || readers.isEmpty()) {
                return Spread.of(e.getValue(), along);
            }
        }
        return Spread.NONE;
    }

    Diagnosis diagnosis(double share) {
        boolean goesOut = Patient.onlyGoesOut(value);
        return new Diagnosis(
                value.name(), goesOut ? "output" : "activation", blames(goesOut), share, evidence(), remedies(goesOut));
    }

    /** The share of the error for which the calibration data are to blame. */
    double byCalibration() {
        double power = blamed(Patient.onlyGoesOut(value)).getOrDefault(Cause.CALIBRATION, 0.0);
        return error.total() > 0 ? power / error.total() : 0;
    }

    /** Whether a group far from 0 that is meant takes the codes of the rest, so that no grid of 8 bits holds both. */
    boolean needsWidth() {
        return grid.spec().bits() <= USUAL_BITS
                && gap.filter(g -> g.isMeant() && g.codes(best.grid().channel(0).scale()) < FEW_CODES)
                        .isPresent();
    }

    /** Everything that was seen of the value, 0 included. */
    Range all() {
        return all;
    }

    private List<Blame> blames(boolean goesOut) {
        return Blame.of(blamed(goesOut));
    }

    private Map<Cause, Double> blamed(boolean goesOut) {
        Map<Cause, Double> powers = Blame.tally();
        double rest = error.total();
        if (choice.filter(c -> c instanceof Choice.SameAs).isPresent()) {
            double shared = Math.max(0, rest - best.error().total());
            powers.put(Cause.SHARED_GRID, shared);
            rest -= shared;
        } else {
            double unseen = isRanged() ? error.unseen() : 0;
            double clipped = Math.max(0, error.clipped() - unseen - best.error().clipped());
            double coarse = Math.max(0, error.rounded() - best.error().rounded());
            double strange = isRanged() && span(known) > WIDER * span(all) ? coarse : 0;
            powers.put(Cause.CALIBRATION, unseen + strange);
            powers.put(Cause.TRUNCATION, clipped);
            rest -= unseen + strange + clipped;
        }
        if (goesOut) {
            powers.put(Cause.OUTPUT_ON_CODES, rest);
        } else if (spread.ratio() > DOMINANT && spread.gain() > UNEVEN) {
            powers.put(Cause.DOMINANT_CHANNEL, rest * (1 - 1 / spread.gain()));
            powers.put(Cause.ROUNDING, rest / spread.gain());
        } else {
            powers.put(Cause.ROUNDING, rest);
        }
        return powers;
    }

    /* Whether its range was looked for in the calibration data. */
    private boolean isRanged() {
        return choice.filter(c -> c instanceof Choice.Quantize).isPresent();
    }

    private static double span(Range r) {
        return r.high() - r.low();
    }

    private String evidence() {
        StringBuilder b = new StringBuilder(String.format(
                Locale.ROOT,
                "values in [%.4g, %.4g], grid %s over [%.4g, %.4g] in steps of %.3g; %.0f %% of its error is clipping of "
                        + "%.3g %% of the values; the best range for as many bits leaves %.2g of the error",
                seen.histogram().min(),
                seen.histogram().max(),
                grid.spec(),
                grid.range(0).low(),
                grid.range(0).high(),
                grid.channel(0).scale(),
                100 * error.clippedShare(),
                100 * error.outside(),
                error.total() > 0 ? Math.min(1, best.error().total() / error.total()) : 1));
        if ((isRanged() && error.unseen() > 0) || span(known) > WIDER * span(all)) {
            b.append(String.format(
                    Locale.ROOT, "; the calibration data showed [%.4g, %.4g]", known.low(), known.high()));
        }
        if (choice.orElse(null) instanceof Choice.SameAs s) {
            b.append("; its grid is that of ").append(s.other().value());
        }
        if (spread.channels() > 1) {
            b.append(String.format(
                    Locale.ROOT,
                    "; the largest channel is %.1f times the middle one, %d of %d are dead, a grid per channel would "
                            + "bring %.1f times less noise",
                    spread.ratio(),
                    spread.dead(),
                    spread.channels(),
                    spread.gain()));
        }
        gap.ifPresent(g -> b.append(String.format(
                Locale.ROOT,
                "; %.3g %% of the values are far from the rest, which has %.1f codes in [%.4g, %.4g]",
                100 * g.farShare(),
                g.codes(grid.channel(0).scale()),
                g.near().low(),
                g.near().high())));
        return b.toString();
    }

    private List<Remedy> remedies(boolean goesOut) {
        String name = value.name();
        List<Remedy> remedies = new ArrayList<>();
        if (goesOut) {
            remedies.add(Remedies.keepFloat(giver()));
        }
        List<Remedy> wider = grid.spec().bits() < 16 ? List.of(Remedies.fixed16(name, all)) : List.of();
        if (needsWidth()) {
            remedies.addAll(wider);
        }
        remedies.addAll(sameWidth());
        if (spread.ratio() > DOMINANT && spread.gain() > UNEVEN) {
            remedies.addAll(Remedies.rewrites("equalize", "smooth-quant"));
        }
        if (!needsWidth()) {
            remedies.addAll(wider);
        }
        if (value.uses().stream().anyMatch(u -> ELEMENTWISE.contains(u.node().type())) && spread.gain() > UNEVEN) {
            remedies.add(Remedies.splitRange(name));
        }
        if (!goesOut) {
            remedies.add(Remedies.keepFloat(name));
        }
        return remedies;
    }

    /* Other grids of the usual width. */
    private List<Remedy> sameWidth() {
        List<Remedy> remedies = new ArrayList<>();
        QuantSpec spec = grid.spec();
        boolean helpful = best.error().total() < HELPFUL * error.total();
        if (spec.bits() < USUAL_BITS) {
            boolean byScheme =
                    isRanged() && spec.bits() == patient.options().scheme().activationBits();
            remedies.add(
                    byScheme
                            ? Remedies.activationBits(USUAL_BITS)
                            : isRanged() ? Remedies.bits(value.name(), USUAL_BITS) : own(USUAL_BITS));
        } else if (helpful) {
            String rule = RangeRules.nameOf(patient.options().activations());
            if (isRanged() && !rule.equals(best.rule()) && byCalibration() < HELPFUL) {
                remedies.add(Remedies.activationRange(best.rule()));
            }
            remedies.add(own(spec.bits()));
        }
        return remedies;
    }

    private Remedy own(int bits) {
        QuantSpec spec =
                QuantSpec.perTensor(bits, grid.spec().signed(), grid.spec().symmetric());
        Grid g = GridError.best(seen, spec).grid();
        return Remedies.fixed(value.name(), g.spec(), g.channel(0));
    }

    /* What is to be kept in float for the output to be float: the node, unless that is a product, which can give float. */
    private String giver() {
        return value.producer()
                .filter(n -> Weighted.of(n).isEmpty())
                .map(n -> Objects.requireNonNull(n).label())
                .orElse(value.name());
    }
}
