package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Diagnosis;
import dev.octavo.analysis.doctor.Doctor;
import dev.octavo.analysis.doctor.Remedies;
import dev.octavo.analysis.doctor.Remedy;
import dev.octavo.analysis.doctor.Treatment;
import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sensitivity.OutputTally;
import dev.octavo.analysis.sweep.SweepLog;
import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Progress;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The staged practice as a search: everything in 16 bits, which must reach the targets or something else is wrong;
 * everything in 8 bits; then repairs, one at a time; then as few sites in 16 bits or float as it takes.
 *
 * <p>Every measurement is logged as soon as it is done, and a search that is begun again takes what the log knows: a
 * kill loses at most one. Whenever something better is found, the keeper gets it.
 *
 * @param <M> the task's metric
 */
public final class Tuner<M extends Metric<M>> {
    private static final String ALL_INT16 = "all int16";
    private static final String ALL_INT8 = "all int8";
    private static final String REPAIRS = "repairs";
    private static final String MIXED = "mixed";

    private final Trial<M> trial;
    private final Setup setup;
    private final List<Evaluated> evaluated = new ArrayList<>();
    private Optional<Best> best = Optional.empty();
    private Map<String, Double> truth = Map.of();

    /**
     * What to reach, and with what.
     *
     * @param model the float network, to measure first
     * @param start how everything in 8 bits is quantized
     * @param targets all to be reached
     * @param log of measurements
     * @param identity text that names model, data and task
     * @param inTime whether another measurement may begin
     * @param keeper gets whatever is the best so far
     * @param progress hears of each measurement
     */
    public record Setup(
            dev.octavo.core.graph.Graph model,
            QuantizeOptions start,
            List<Target> targets,
            SweepLog log,
            String identity,
            BooleanSupplier inTime,
            Keeper keeper,
            Progress progress) {
        /* 16 bits are there to leave nothing to chance, and so not what was not seen in few samples either. */
        private Setup roomy() {
            if (start.activations() instanceof WithRoom) {
                return this;
            }
            QuantizeOptions room = start.withActivations(new WithRoom(start.activations(), WithRoom.USUAL));
            return new Setup(model, room, targets, log, identity, inTime, keeper, progress);
        }
    }

    /** Keeps the best so far where a kill does not harm it. */
    @FunctionalInterface
    public interface Keeper {
        /** Called for each better result. */
        void keep(Trial.Made made, String recipe);
    }

    /** The best so far. */
    public record Best(Evaluated result, QuantizeOptions options, List<Step> steps) {}

    /**
     * What came of it.
     *
     * @param truth scores of the float network
     * @param best what was kept
     * @param evaluated everything measured, in order
     * @param suspects what the doctor says when even 16 bits miss the targets; that is no matter of bits
     */
    public record Result(
            Map<String, Double> truth, Optional<Best> best, List<Evaluated> evaluated, List<Diagnosis> suspects) {
        /** What nothing else beats both in its shortfall and in its share of 8 bits, most 8 bits first. */
        public List<Evaluated> front() {
            return evaluated.stream()
                    .filter(e -> evaluated.stream()
                            .noneMatch(o -> o.int8() >= e.int8()
                                    && o.shortfall() <= e.shortfall()
                                    && (o.int8() > e.int8() || o.shortfall() < e.shortfall())))
                    .distinct()
                    .sorted(java.util.Comparator.comparingDouble(e -> -e.int8()))
                    .toList();
        }
    }

    /** A tuner. */
    public Tuner(Trial<M> trial, Setup setup) {
        this.trial = trial;
        this.setup = setup.roomy();
    }

    /** Searches until the targets are reached with no step to spare, or time is up. */
    public Result run() {
        truth = known("float", () -> trial.measure(setup.model()).metric().scores());
        QuantizeOptions wide = setup.start().withScheme(wide(setup.start().scheme()));
        List<Step> steps = new ArrayList<>();
        Optional<Evaluated> int16 = evaluate(ALL_INT16, ALL_INT16, wide, steps);
        if (int16.isPresent() && !int16.get().reached() && !repair(wide, int16.get(), steps)) {
            return new Result(truth, best, evaluated, suspects(wide, steps));
        }
        Optional<Evaluated> int8 = evaluate(ALL_INT8, ALL_INT8, options(setup.start(), steps), steps);
        if (int8.isPresent() && !int8.get().reached()) {
            search(int8.get(), steps);
        }
        return new Result(truth, best, evaluated, List.of());
    }

    private List<Diagnosis> suspects(QuantizeOptions wide, List<Step> steps) {
        return new Doctor(trial, setup.progress()).examine(options(wide, steps));
    }

    private static SchemeOptions wide(SchemeOptions s) {
        return new SchemeOptions(
                16, 16, s.biasBits(), s.perChannel(), s.symmetricWeights(), s.symmetricActivations(), s.signs());
    }

    private void search(Evaluated int8, List<Step> steps) {
        if (repair(setup.start(), int8, steps) || !setup.inTime().getAsBoolean()) {
            return;
        }
        List<Step> wider = new Candidates(trial).of(options(setup.start(), steps));
        int enough = leastEnough(steps, wider);
        if (enough <= wider.size()) {
            thin(steps, new ArrayList<>(wider.subList(0, enough)));
        }
    }

    /* Remedies that cost nothing in width, each kept if it helps; whether the targets are reached with them. */
    private boolean repair(QuantizeOptions base, Evaluated start, List<Step> steps) {
        Evaluated now = start;
        for (Diagnosis d : new Doctor(trial, setup.progress()).examine(options(base, steps))) {
            for (Remedy r : d.remedies()) {
                boolean known = steps.stream().anyMatch(s -> s.remedy().recipe().equals(r.recipe()));
                if (!isFree(r) || known) {
                    continue;
                }
                List<Step> more = new ArrayList<>(steps);
                more.add(new Step(r, d.cause() + " at " + d.site()));
                Optional<Evaluated> got = evaluate(REPAIRS, r.name(), options(base, more), more);
                if (got.isPresent() && helps(now, got.get())) {
                    steps.add(more.get(more.size() - 1));
                    now = got.get();
                    if (now.reached()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean isFree(Remedy r) {
        return Set.of(Remedy.Section.REWRITE, Remedy.Section.WEIGHTS, Remedy.Section.FIXED, Remedy.Section.REFINE)
                        .contains(r.section())
                && !r.entry().isEmpty()
                && !r.entry().contains("bits: 16");
    }

    private static boolean helps(Evaluated before, Evaluated after) {
        return after.shortfall() < before.shortfall()
                || (after.shortfall() == before.shortfall() && decibels(after) > decibels(before));
    }

    private static double decibels(Evaluated e) {
        return e.measures().getOrDefault("sqnr_db", Double.NEGATIVE_INFINITY);
    }

    /* The least number of wide sites that reaches the targets: doubled until it does, then halved between. */
    private int leastEnough(List<Step> steps, List<Step> wider) {
        int no = 0;
        int yes = wider.size() + 1;
        for (int k = 1; no < wider.size(); k = Math.min(wider.size(), 2 * k)) {
            if (reached(steps, wider.subList(0, k))) {
                yes = k;
                break;
            }
            no = k;
        }
        while (yes <= wider.size() && yes - no > 1) {
            int middle = (no + yes) / 2;
            if (reached(steps, wider.subList(0, middle))) {
                yes = middle;
            } else {
                no = middle;
            }
        }
        return yes;
    }

    /* Takes out again what turns out not to be needed, the last and so least sensitive first. */
    private void thin(List<Step> steps, List<Step> wide) {
        for (int i = wide.size() - 2; i >= 0 && setup.inTime().getAsBoolean(); i--) {
            List<Step> fewer = new ArrayList<>(wide);
            fewer.remove(i);
            if (reached(steps, fewer)) {
                wide.remove(i);
            }
        }
    }

    private boolean reached(List<Step> steps, List<Step> wide) {
        List<Step> all = new ArrayList<>(steps);
        all.addAll(wide);
        return evaluate(MIXED, wide.size() + " wider sites", options(setup.start(), all), all)
                .filter(Evaluated::reached)
                .isPresent();
    }

    private static QuantizeOptions options(QuantizeOptions base, List<Step> steps) {
        QuantizeOptions o = base;
        for (Step s : steps) {
            o = s.remedy().change().apply(o);
        }
        return o;
    }

    /* Empty when time is up or it cannot be made. */
    private Optional<Evaluated> evaluate(String stage, String what, QuantizeOptions options, List<Step> steps) {
        if (!setup.inTime().getAsBoolean()) {
            return Optional.empty();
        }
        String recipe = RecipeText.of(setup.start(), options.scheme(), steps);
        Optional<Map<String, Double>> before = setup.log().measured(key(recipe));
        try {
            Optional<Trial.Made> made = before.isPresent() ? Optional.empty() : Optional.of(trial.make(options));
            Map<String, Double> measures = before.isPresent() ? before.get() : measure(made.orElseThrow());
            double shortfall = setup.targets().stream()
                    .mapToDouble(t -> t.shortfall(truth, measures))
                    .max()
                    .orElse(0);
            Evaluated e = new Evaluated(stage, what, measures, shortfall);
            if (best.isEmpty() || e.isBetterThan(best.get().result())) {
                setup.keeper().keep(made.orElseGet(() -> trial.make(options)), recipe);
                best = Optional.of(new Best(e, options, List.copyOf(steps)));
            }
            // Logged after it is kept: a kill in between measures again, and never loses the model.
            if (before.isEmpty()) {
                setup.log().add(key(recipe), measures);
            }
            evaluated.add(e);
            setup.progress().advance(1);
            return Optional.of(e);
        } catch (ModelException | RecipeException e) {
            evaluated.add(new Evaluated(stage, what + ": " + e.getMessage(), Map.of(), Double.POSITIVE_INFINITY));
            return Optional.empty();
        }
    }

    private Map<String, Double> measure(Trial.Made made) {
        OutputTally<M> tally = trial.measure(made.lowered());
        Map<String, Double> measures = new LinkedHashMap<>(tally.metric().scores());
        measures.put("sqnr_db", Treatment.sqnr(tally));
        measures.put("int8", Candidates.int8Share(made));
        return measures;
    }

    private String key(String what) {
        return setup.identity() + " " + what;
    }

    private Map<String, Double> known(String what, java.util.function.Supplier<Map<String, Double>> measure) {
        return setup.log().measured(key(what)).orElseGet(() -> {
            Map<String, Double> fresh = measure.get();
            setup.log().add(key(what), fresh);
            return fresh;
        });
    }

    /** How a recipe says a remedy that widens a site. */
    static Remedy widened(String value) {
        return Remedies.int16(value);
    }
}
