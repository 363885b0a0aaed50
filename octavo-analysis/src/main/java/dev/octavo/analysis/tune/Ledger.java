package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Progress;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures ways of quantizing, each once: writes them down, hands on the best so far, minds the time.
 *
 * <p>Whatever is better is handed to the keeper before it is written down, so that a kill in between measures again and
 * never loses the model. What the log knows already is not handed on while other measurements are still to come, for
 * the keeper has the best of the log from before.
 */
final class Ledger<M extends Metric<M>> {
    private final Trial<M> trial;
    private final Tuner.Setup setup;
    private final CostOfPlan cost;
    private final List<Evaluated> evaluated = new ArrayList<>();
    private Optional<Tuner.Best> best = Optional.empty();
    private boolean kept = true;
    private boolean late;
    private double seconds = Double.MIN_VALUE;
    private Map<String, Double> truth = Map.of();

    Ledger(Trial<M> trial, Tuner.Setup setup, CostOfPlan cost) {
        this.trial = trial;
        this.setup = setup;
        this.cost = cost;
    }

    /** Measures of the float network; what targets speak of must be among them. */
    Map<String, Double> truth() {
        if (truth.isEmpty()) {
            truth = known("float", () -> Measures.of(trial.measure(setup.model())));
            setup.targets().forEach(t -> t.shortfall(truth, truth));
        }
        return truth;
    }

    Optional<Tuner.Best> best() {
        return best;
    }

    List<Evaluated> evaluated() {
        return List.copyOf(evaluated);
    }

    /** Whether something was left out for want of time. */
    boolean isLate() {
        return late;
    }

    /** Progress that stops what takes long with {@link OutOfTime} when time is up. */
    Progress progress() {
        return new Progress() {
            @Override
            public void begin(String title, long steps) {
                setup.progress().begin(title, steps);
            }

            @Override
            public void advance(long steps) {
                setup.progress().advance(steps);
                if (!setup.budget().allows(0)) {
                    late = true;
                    throw new OutOfTime();
                }
            }

            @Override
            public void end() {
                setup.progress().end();
            }
        };
    }

    /** Measures the options with these steps. Empty when time is up or it cannot be made. */
    Optional<Evaluated> evaluate(String stage, String what, QuantizeOptions base, List<Step> steps) {
        QuantizeOptions options = Step.apply(base, steps);
        String key = key(RecipeText.of(setup.start(), options, withoutReasons(steps)));
        Optional<Map<String, Double>> before = setup.log().measured(key);
        if (before.isEmpty() && !setup.budget().allows(seconds)) {
            late = true;
            return Optional.empty();
        }
        try {
            if (before.isPresent()) {
                Evaluated e = add(stage, what, before.get());
                if (isBest(e)) {
                    best = Optional.of(new Tuner.Best(e, options, List.copyOf(steps)));
                    kept = false;
                    if (!setup.keeper().holds()) {
                        keep(trial.make(options));
                    }
                }
                return Optional.of(e);
            }
            long began = System.nanoTime();
            Trial.Made made = trial.make(options);
            Map<String, Double> measures = new LinkedHashMap<>(Measures.of(trial.measure(made.lowered()), made));
            measures.put(Evaluated.COST, cost.of(made));
            Evaluated e = add(stage, what, measures);
            if (isBest(e)) {
                best = Optional.of(new Tuner.Best(e, options, List.copyOf(steps)));
                keep(made);
            }
            setup.log().add(key, measures);
            seconds = Math.max(seconds, (System.nanoTime() - began) / 1e9);
            return Optional.of(e);
        } catch (ModelException | RecipeException e) {
            evaluated.add(new Evaluated(stage, what + ": " + e.getMessage(), Map.of(), Double.POSITIVE_INFINITY));
            return Optional.empty();
        }
    }

    private Evaluated add(String stage, String what, Map<String, Double> measures) {
        double shortfall = setup.targets().stream()
                .mapToDouble(t -> t.shortfall(truth(), measures))
                .max()
                .orElse(0);
        Evaluated e = new Evaluated(stage, what, measures, shortfall);
        evaluated.add(e);
        setup.keeper().measured(e);
        return e;
    }

    private boolean isBest(Evaluated e) {
        return best.isEmpty() || e.isBetterThan(best.get().result());
    }

    private void keep(Trial.Made made) {
        Tuner.Best b = best.orElseThrow();
        setup.keeper().keep(made, RecipeText.of(setup.start(), b.options(), b.steps()));
        kept = true;
    }

    /** Hands on a best that came from the log: whoever keeps it may have lost it meanwhile. */
    void finish() {
        if (best.isPresent() && !kept) {
            keep(trial.make(best.get().options()));
        }
    }

    /** Numbers that the log knows, or else works out and writes down. */
    Map<String, Double> known(String what, Supplier<Map<String, Double>> measure) {
        return setup.log().measured(key(what)).orElseGet(() -> {
            Map<String, Double> fresh = measure.get();
            setup.log().add(key(what), fresh);
            return fresh;
        });
    }

    private String key(String what) {
        // The log holds costs too, and those by another measure are other costs.
        return setup.identity() + (setup.cost() == Tuner.Cost.MACS ? " " : " by latency ") + what;
    }

    private static List<Step> withoutReasons(List<Step> steps) {
        return steps.stream()
                .map(s -> new Step(s.name(), s.place(), s.entry(), s.change(), ""))
                .toList();
    }
}
