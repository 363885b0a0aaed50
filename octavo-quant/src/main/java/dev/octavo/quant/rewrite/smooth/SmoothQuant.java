package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.rewrite.smooth.AlphaChoice.Found;
import dev.octavo.quant.rewrite.smooth.SmoothOptions.Search;
import dev.octavo.quant.rewrite.smooth.Smoothing.Done;
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
    private static final int JUDGED = 16;
    private static final int DRIFT_SAMPLES = 4;

    private final SmoothOptions options;

    /** A pass with these options. */
    public SmoothQuant(SmoothOptions options) {
        this.options = options;
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

        private Map<String, Double> judge(Map<String, Map<String, Double>> candidates) {
            List<Map<String, Tensor>> few = spread(samples, JUDGED);
            NetworkTrial trial = new NetworkTrial(smoothing.graph(), engine.orElseThrow(), few, options.widths());
            double plain = trial.error(smoothing.graph(), smoothing.ranges());
            double least = Double.POSITIVE_INFINITY;
            Map<String, Double> best = Map.of();
            String name = "";
            Map<Map<String, Double>, Double> known = new LinkedHashMap<>();
            for (Map.Entry<String, Map<String, Double>> c : candidates.entrySet()) {
                if (c.getValue().isEmpty()) {
                    continue;
                }
                double error = known.computeIfAbsent(c.getValue(), a -> {
                    Smoothing.Smoothed s = smoothing.with(a);
                    return trial.error(s.graph(), s.ranges());
                });
                if (error < least) {
                    least = error;
                    best = c.getValue();
                    name = c.getKey();
                }
            }
            String change = "signal to noise of the outputs on " + few.size() + " samples: "
                    + AlphaChoice.decibels(plain) + " as they are, " + AlphaChoice.decibels(least) + " smoothed";
            if (best.isEmpty()) {
                return Map.of();
            }
            if (least > WORTH * plain) {
                journal.skipped(NAME, smoothing.graph().name(), "there is nothing to repair; " + change);
                return Map.of();
            }
            journal.did(NAME, smoothing.graph().name(), name + "; " + change);
            return best;
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
