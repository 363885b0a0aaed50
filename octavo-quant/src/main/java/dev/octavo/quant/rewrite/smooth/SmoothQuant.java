package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.Workload;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Widths;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.rewrite.smooth.AlphaChoice.Found;
import dev.octavo.quant.rewrite.smooth.SmoothOptions.Search;
import dev.octavo.quant.rewrite.smooth.Smoothing.Done;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Divides the channels of activations and multiplies the weights that read them by as much, so that channels of unlike
 * ranges share one grid better.
 *
 * <pre>
 *   P -> X -> L(W)          becomes          P/s -> X/s -> L(s·W)
 *   s[j] = max|X[j]|^α / max|W[j]|^(1-α)     j over channels, the weights' maximum over all readers of X
 * </pre>
 *
 * <p>Keeps the outputs. The division goes into what gives X where that is exact, and is a node of its own where what
 * gives X runs in float anyway; the journal says which, and why. Leaves a tensor alone where the error of its layers
 * would not fall, and the whole network where the error of its outputs would not.
 *
 * <p>Source: Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models",
 * ICML 2023. Convolutions, the search and the judging are our own.
 */
public final class SmoothQuant implements GraphPass {
    /** The name in recipes. */
    public static final String NAME = "smooth-quant";

    /* The outputs' error must fall by this much. */
    private static final double WORTH = 0.95;

    /* As many samples judge as make up so many multiply-accumulates, so that small networks are judged well. */
    private static final long WORK = 10_000_000_000L;
    private static final int FEWEST = 16;
    private static final int FINALISTS = 6;
    private static final int DRIFT_SAMPLES = 4;

    private final SmoothOptions options;
    private final PassOptions said;

    /** A pass with these options, which leave nothing open. */
    public SmoothQuant(SmoothOptions options) {
        this.options = options;
        this.said = options.widths().under(PassOptions.NONE);
    }

    /** A pass with the options of a recipe. */
    public SmoothQuant(PassOptions said) {
        this.options = SmoothOptions.of(said);
        this.said = said;
    }

    @Override
    public GraphPass forWidths(Widths widths) {
        return said.values().keySet().containsAll(Widths.KEYS) ? this : new SmoothQuant(widths.under(said));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        apply(graph, Witness.NONE, journal);
    }

    @Override
    public void apply(Graph graph, Witness witness, Journal journal) {
        Map<String, TensorType> types = witness.types(graph);
        List<Readers> readers = Readers.of(graph, types, options, journal);
        List<SmoothSite> sites = SmoothSite.of(graph, types, readers, options.fold(), journal);
        if (sites.isEmpty()) {
            journal.skipped(NAME, graph.name(), "there is no tensor that can be smoothed");
            return;
        }
        Smoothing smoothing = Smoothing.observe(graph.copy().freeze(), types, sites, witness);
        Map<String, Double> alphas = new Decision(smoothing, witness, journal).alphas();
        Map<String, Done> done = new LinkedHashMap<>();
        for (SmoothSite site : smoothing.sites()) {
            Double alpha = alphas.get(site.tensor());
            if (alpha != null) {
                smooth(smoothing, site, alpha, graph, journal);
                done.put(site.tensor(), new Done(site, alpha, SmoothingFactors.none(1), ""));
            }
        }
        if (!done.isEmpty()) {
            reportDrift(smoothing.graph(), graph, witness, journal);
        }
    }

    private static void smooth(Smoothing smoothing, SmoothSite site, double alpha, Graph graph, Journal journal) {
        Optional<SmoothingFactors> s = smoothing.factors(site, alpha, graph);
        if (s.isEmpty()) {
            journal.skipped(NAME, site.tensor(), "none of its channels is both active and read");
            return;
        }
        String how = site.apply(graph, smoothing.types(), s.get());
        journal.did(
                NAME,
                site.tensor(),
                String.format(
                        Locale.ROOT,
                        "alpha %.2f, factors %.3g to 1, for %s: %s",
                        alpha,
                        s.get().spread(),
                        String.join(", ", site.readers().layers()),
                        how));
        s.get().suspicion().ifPresent(w -> journal.did(NAME, site.tensor(), w));
    }

    private static void reportDrift(Graph before, Graph after, Witness witness, Journal journal) {
        List<Map<String, Tensor>> samples = witness.samples(DRIFT_SAMPLES);
        Optional<Engine> engine = witness.engine();
        if (samples.isEmpty() || engine.isEmpty()) {
            return;
        }
        double error = new NetworkTrial(before, engine.get(), samples, SmoothOptions.DEFAULT.widths()).errorOf(after);
        journal.did(
                NAME,
                after.name(),
                String.format(
                        Locale.ROOT,
                        "drift of the float outputs: %.1e of their root mean square, on %d samples",
                        Math.sqrt(error),
                        samples.size()));
    }

    /** Which tensors are smoothed, by which α. */
    private final class Decision {
        private final Smoothing smoothing;
        private final Journal journal;
        private final List<Map<String, Tensor>> samples;
        private final Optional<Engine> engine;

        Decision(Smoothing smoothing, Witness witness, Journal journal) {
            this.smoothing = smoothing;
            this.journal = journal;
            this.samples = witness.samples(options.samples());
            this.engine = witness.engine();
        }

        Map<String, Double> alphas() {
            boolean searched = options.alpha().search() != Search.NONE;
            boolean canJudge = !samples.isEmpty() && engine.isPresent();
            if (searched && !canJudge) {
                throw new ModelException(
                        "smooth-quant cannot search for alpha: there are no samples to try it on",
                        "give data, or a number for alpha");
            }
            double given = options.alpha().value();
            if (!canJudge || (options.always() && !searched)) {
                return everywhere(given);
            }
            LayerInputs inputs = LayerInputs.collect(
                    smoothing.graph(),
                    smoothing.sites().stream().map(SmoothSite::readers).toList(),
                    engine.get(),
                    samples);
            AlphaChoice choice = new AlphaChoice(smoothing, inputs, options.widths());
            Search search = searched ? options.alpha().search() : Search.JOINT;
            Map<String, Found> found = choice.choose(searched ? AlphaChoice.GRID : List.of(given), search);
            Map<String, Map<String, Double>> candidates = new LinkedHashMap<>();
            candidates.put("by the layers", paying(found));
            if (searched) {
                for (double alpha : AlphaChoice.GRID) {
                    candidates.put(
                            String.format(Locale.ROOT, "alpha %.2f where it pays", alpha), payingAt(found, alpha));
                    candidates.put(String.format(Locale.ROOT, "alpha %.2f everywhere", alpha), everywhere(alpha));
                }
            }
            Map<String, Double> best = judge(candidates);
            explain(best, found);
            return best;
        }

        private Map<String, Double> everywhere(double alpha) {
            Map<String, Double> all = new LinkedHashMap<>();
            for (SmoothSite s : smoothing.sites()) {
                boolean alone = options.widths().perChannel() && s.readers().areDepthwise(smoothing.graph());
                all.put(s.tensor(), alone ? 1.0 : alpha);
            }
            return all;
        }

        private Map<String, Double> paying(Map<String, Found> found) {
            Map<String, Double> some = new LinkedHashMap<>();
            found.forEach((tensor, f) -> {
                if (f.pays()) {
                    some.put(tensor, f.alpha());
                }
            });
            return some;
        }

        private Map<String, Double> payingAt(Map<String, Found> found, double alpha) {
            Map<String, Double> some = new LinkedHashMap<>();
            found.forEach((tensor, f) -> {
                if (f.paysAt(alpha)) {
                    some.put(tensor, f.at(alpha));
                }
            });
            return some;
        }

        /* A first round on few samples leaves the best, for opening and running a network costs the time here. */
        private Map<String, Double> judge(Map<String, Map<String, Double>> candidates) {
            Map<Map<String, Double>, String> named = new LinkedHashMap<>();
            candidates.forEach((name, alphas) -> named.putIfAbsent(alphas, name));
            named.remove(Map.<String, Double>of());
            if (named.isEmpty()) {
                return Map.of();
            }
            List<Map<String, Tensor>> few = spread(samples, judges());
            List<Map<String, Double>> left = List.copyOf(named.keySet());
            if (left.size() > FINALISTS) {
                Map<Map<String, Double>, Double> first = errors(trial(spread(few, FEWEST / 2)), left);
                left = left.stream()
                        .sorted(Comparator.comparingDouble(first::get))
                        .limit(FINALISTS)
                        .toList();
            }
            NetworkTrial trial = trial(few);
            Map<Map<String, Double>, Double> errors = errors(trial, left);
            Map<String, Double> best =
                    left.stream().min(Comparator.comparingDouble(errors::get)).orElseThrow();
            double least = java.util.Objects.requireNonNull(errors.get(best));
            double plain = trial.error(smoothing.graph(), smoothing.types(), smoothing.ranges());
            String change = "signal to noise of the outputs on " + few.size() + " samples: "
                    + AlphaChoice.decibels(plain) + " as they are, " + AlphaChoice.decibels(least) + " smoothed";
            if (!(least <= WORTH * plain)) {
                journal.skipped(NAME, smoothing.graph().name(), "there is nothing to repair; " + change);
                return Map.of();
            }
            journal.did(NAME, smoothing.graph().name(), named.get(best) + "; " + change);
            return best;
        }

        private NetworkTrial trial(List<Map<String, Tensor>> some) {
            return new NetworkTrial(smoothing.graph(), engine.orElseThrow(), some, options.widths());
        }

        private Map<Map<String, Double>, Double> errors(NetworkTrial trial, List<Map<String, Double>> some) {
            Map<Map<String, Double>, Double> errors = new LinkedHashMap<>();
            for (Map<String, Double> alphas : some) {
                Smoothing.Smoothed s = smoothing.with(alphas);
                errors.put(alphas, trial.error(s.graph(), smoothing.types(), s.ranges()));
            }
            return errors;
        }

        private int judges() {
            long macs = 1;
            for (Node n : smoothing.graph().nodes()) {
                macs += Workload.macs(n, smoothing.types());
            }
            return (int) Math.max(FEWEST, Math.min(options.samples(), WORK / macs));
        }

        private void explain(Map<String, Double> best, Map<String, Found> found) {
            found.forEach((tensor, f) -> {
                if (!best.containsKey(tensor)) {
                    journal.skipped(
                            NAME,
                            tensor,
                            f.text() + " at alpha " + f.alpha()
                                    + (f.pays() ? ", but the whole would not gain" : " does not pay"));
                }
            });
            for (SmoothSite s : smoothing.sites()) {
                if (!found.containsKey(s.tensor())) {
                    journal.skipped(NAME, s.tensor(), "none of its channels is both active and read");
                }
            }
        }
    }

    private static <T> List<T> spread(List<T> all, int most) {
        int n = Math.min(most, all.size());
        java.util.ArrayList<T> some = new java.util.ArrayList<>();
        for (int i = 0; i < n; i++) {
            some.add(all.get((int) ((long) i * all.size() / n)));
        }
        return some;
    }
}
