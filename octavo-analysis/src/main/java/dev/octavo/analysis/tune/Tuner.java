package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Diagnosis;
import dev.octavo.analysis.doctor.Doctor;
import dev.octavo.analysis.doctor.Trial;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The staged practice as a search: everything in 16 bits, which must keep the network's function or something else is
 * wrong; everything in 8 bits; then repairs, those of the whole network first, one at a time; then range rules site by site; then as few sites in 16 bits, or if that is not enough in
 * float, as it takes.
 *
 * <p>Every measurement is logged as soon as it is done, and a search that is begun again takes what the log knows: a
 * kill loses at most one. Whenever something better is found, the keeper gets it.
 *
 * @param <M> the task's metric
 */
public final class Tuner<M extends Metric<M>> {
    private static final String ALL_INT16 = "all int16";
    private static final String ALL_INT8 = "all int8";
    private static final String RANGES = "ranges";
    private static final String MIXED = "mixed";

    /* All in 16 bits, a miss of a point is chance or granularity, and so is any at all while outputs are this close. */
    private static final double SMALL_MISS = 1;
    private static final double CLOSE = 40;

    private final Trial<M> trial;
    private final Setup setup;
    private final CostOfPlan cost;
    private final Ledger<M> ledger;

    /**
     * What to reach, and with what.
     *
     * @param model the float network, to measure first
     * @param start how everything in 8 bits is quantized
     * @param targets all to be reached
     * @param cost what is to be as little as possible
     * @param top widen this share of the sites, the most sensitive ones, before searching; 0 to 1
     * @param log of measurements
     * @param identity text that names model, data and task
     * @param budget the time there is
     * @param keeper gets whatever is the best so far
     * @param progress of what takes long
     */
    public record Setup(
            Graph model,
            QuantizeOptions start,
            List<Target> targets,
            Cost cost,
            OptionalDouble top,
            dev.octavo.analysis.sweep.SweepLog log,
            String identity,
            Budget budget,
            Keeper keeper,
            Progress progress) {
        public Setup {
            targets = List.copyOf(targets);
            // 16 bits are there to leave nothing to chance, and so not what few samples did not show either.
            if (!(start.activations() instanceof WithRoom)) {
                start = start.withActivations(new WithRoom(start.activations(), WithRoom.USUAL));
            }
        }
    }

    /** What it costs that something is not in 8 bits. */
    public enum Cost {
        /** Its share of the multiply-accumulates. */
        MACS,
        /** The time that the target takes with it, measured on this machine, as a share of float's. */
        LATENCY
    }

    /** Keeps the best so far where a kill does not harm it. */
    @FunctionalInterface
    public interface Keeper {
        /** Called for each better result. */
        void keep(Trial.Made made, String recipe);

        /** Whether the best of an earlier run is kept already. */
        default boolean holds() {
            return false;
        }

        /** Called for each measurement. */
        default void measured(Evaluated e) {}
    }

    /** The best so far. */
    public record Best(Evaluated result, QuantizeOptions options, List<Step> steps) {}

    /**
     * What came of it.
     *
     * @param truth measures of the float network
     * @param best what was kept
     * @param evaluated everything measured, in order
     * @param suspects what the doctor says when even 16 bits miss the targets; that is no matter of bits
     * @param late whether time was up before the search was done
     */
    public record Result(
            Map<String, Double> truth,
            Optional<Best> best,
            List<Evaluated> evaluated,
            List<Diagnosis> suspects,
            boolean late) {
        /** What nothing else beats both in its shortfall and in its share of 8 bits, most 8 bits first. */
        public List<Evaluated> front() {
            Map<String, Evaluated> front = new TreeMap<>();
            for (Evaluated e : evaluated) {
                boolean beaten = evaluated.stream()
                        .anyMatch(o -> o.int8() >= e.int8()
                                && o.shortfall() <= e.shortfall()
                                && (o.int8() > e.int8() || o.shortfall() < e.shortfall()));
                if (!beaten) {
                    front.putIfAbsent(e.int8() + " " + e.shortfall(), e);
                }
            }
            return front.values().stream()
                    .sorted(Comparator.comparingDouble(e -> -e.int8()))
                    .toList();
        }
    }

    /** A tuner. */
    public Tuner(Trial<M> trial, Setup setup) {
        this.trial = trial;
        this.setup = setup;
        this.cost = setup.cost() == Cost.MACS
                ? CostOfPlan.MACS
                : new LatencyCost(setup.start().scheme(), Quantizer.defaultMemory());
        this.ledger = new Ledger<>(trial, setup, cost);
    }

    /** Searches until the targets are reached with no step to spare, or time is up. */
    public Result run() {
        ledger.truth();
        List<Diagnosis> suspects = List.of();
        try {
            suspects = stages(new ArrayList<>());
        } catch (OutOfTime e) {
            suspects = List.of(); // What was found until then is kept; the ledger knows that it is late.
        }
        ledger.finish();
        return new Result(ledger.truth(), ledger.best(), ledger.evaluated(), suspects, ledger.isLate());
    }

    private List<Diagnosis> stages(List<Step> steps) {
        QuantizeOptions start = setup.start();
        QuantizeOptions wide = start.withScheme(wide(start.scheme()));
        Repairs<M> repairs = new Repairs<>(ledger, trial);
        Optional<Evaluated> int16 = ledger.evaluate(ALL_INT16, ALL_INT16, wide, steps);
        if (int16.isPresent()
                && !isSound(int16.get())
                && !isSound(repairs.run(wide, int16.get(), steps, Tuner::isSound))) {
            return new Doctor(trial, ledger.progress()).examine(Step.apply(wide, steps));
        }
        Optional<Evaluated> int8 = ledger.evaluate(ALL_INT8, ALL_INT8, start, steps);
        if (int8.isPresent() && !int8.get().reached()) {
            Evaluated repaired = repairs.run(start, int8.get(), steps, Evaluated::reached);
            if (!repaired.reached() && !ledger.isLate()) {
                Evaluated ranged = ranges(repaired, steps);
                if (!ranged.reached() && !ledger.isLate()) {
                    mixed(ranged, steps);
                }
            }
        }
        return List.of();
    }

    private static boolean isSound(Evaluated e) {
        return e.shortfall() <= SMALL_MISS || Measures.leastDecibels(e.measures()) >= CLOSE;
    }

    private static SchemeOptions wide(SchemeOptions s) {
        return new SchemeOptions(
                16, 16, s.biasBits(), s.perChannel(), s.symmetricWeights(), s.symmetricActivations(), s.signs());
    }

    /* Range rules site by site: for all that gain, or else for the half that gains most. */
    private Evaluated ranges(Evaluated now, List<Step> steps) {
        List<Step> found = new RangeChoice(trial, new Candidates(ledger, trial, cost, missed(now)))
                .of(Step.apply(setup.start(), steps));
        for (int k = found.size(); k > 0 && 2 * k >= found.size(); k /= 2) {
            List<Step> more = new ArrayList<>(steps);
            more.addAll(found.subList(0, k));
            Optional<Evaluated> got = ledger.evaluate(RANGES, k + " sites", setup.start(), more);
            if (got.isPresent() && Repairs.helps(now, got.get())) {
                steps.addAll(found.subList(0, k));
                return got.get();
            }
        }
        return now;
    }

    private void mixed(Evaluated now, List<Step> steps) {
        QuantizeOptions options = Step.apply(setup.start(), steps);
        Candidates candidates = new Candidates(ledger, trial, cost, missed(now));
        if (setup.top().isPresent()) {
            double ratio = setup.top().getAsDouble();
            List<Step> top = candidates.top(options, ratio).stream()
                    .map(Candidates.Candidate::widened)
                    .toList();
            if (reached(steps, top, String.format(java.util.Locale.ROOT, "top %.3g %%", 100 * ratio))) {
                return;
            }
        }
        List<Candidates.Candidate> all = candidates.worthiest(options);
        if (!fewest(steps, all.stream().map(Candidates.Candidate::widened).toList(), "wider")) {
            fewest(steps, all.stream().map(Candidates.Candidate::inFloat).toList(), "float");
        }
    }

    /* The outputs that miss a target of their own; none if a score misses its own, to which all outputs may matter. */
    private Map<String, Double> missed(Evaluated now) {
        Map<String, Double> weights = new TreeMap<>();
        for (Target t : setup.targets()) {
            if (t.shortfall(ledger.truth(), now.measures()) <= 0) {
                continue;
            }
            boolean ofOutput = t.kind() != Target.Kind.POINTS && t.kind() != Target.Kind.PERCENT;
            if (!ofOutput || t.of().equals(Target.ALL)) {
                return Map.of();
            }
            weights.put(t.of(), 1.0);
        }
        return weights;
    }

    /* Whether the targets are reached with any of these: doubled until they are, halved between, thinned out. */
    private boolean fewest(List<Step> steps, List<Step> more, String how) {
        int no = 0;
        int yes = more.size() + 1;
        for (int k = 1; no < more.size() && !ledger.isLate(); k = Math.min(more.size(), 2 * k)) {
            if (reached(steps, more.subList(0, k), k + " " + how)) {
                yes = k;
                break;
            }
            no = k;
        }
        if (yes > more.size()) {
            return ledger.isLate();
        }
        while (yes - no > 1 && !ledger.isLate()) {
            int middle = (no + yes) / 2;
            if (reached(steps, more.subList(0, middle), middle + " " + how)) {
                yes = middle;
            } else {
                no = middle;
            }
        }
        thin(steps, new ArrayList<>(more.subList(0, yes)), how);
        return true;
    }

    /* Takes out again what turns out not to be needed, the last and so least sensitive first. */
    private void thin(List<Step> steps, List<Step> wide, String how) {
        for (int i = wide.size() - 2; i >= 0 && !ledger.isLate(); i--) {
            List<Step> fewer = new ArrayList<>(wide);
            fewer.remove(i);
            if (reached(steps, fewer, fewer.size() + " " + how + ", fewer")) {
                wide.remove(i);
            }
        }
    }

    private boolean reached(List<Step> steps, List<Step> wide, String what) {
        List<Step> all = new ArrayList<>(steps);
        all.addAll(wide);
        return ledger.evaluate(MIXED, what, setup.start(), all)
                .filter(Evaluated::reached)
                .isPresent();
    }
}
