package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.op.Weighted;
import dev.octavo.quant.rewrite.Widths;
import dev.octavo.quant.rewrite.smooth.LayerTrial.Loss;
import dev.octavo.quant.rewrite.smooth.SmoothOptions.Search;
import dev.octavo.quant.rewrite.smooth.Smoothing.Smoothed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Chooses the α of every tensor by what it does to the layers that read the tensor. */
final class AlphaChoice {
    /** 0.05, 0.10 … 0.95. */
    static final List<Double> GRID =
            IntStream.rangeClosed(1, 19).mapToObj(i -> i / 20.0).toList();

    /* Less gain than this is as likely none, and is not worth a change of the weights. */
    private static final double WORTH = 0.9;

    /* A division of its own costs time, and must halve the error. */
    private static final double WORTH_A_NODE = 0.5;

    private final Smoothing smoothing;
    private final LayerInputs inputs;
    private final Widths widths;

    AlphaChoice(Smoothing smoothing, LayerInputs inputs, Widths widths) {
        this.smoothing = smoothing;
        this.inputs = inputs;
        this.widths = widths;
    }

    /**
     * What was found for a tensor.
     *
     * @param alphas what was tried
     * @param before the mean error of its layers as they are
     * @param errors the mean error of its layers by each α
     * @param best the place of the best α
     * @param worth the ratio that the error must fall to
     */
    record Found(List<Double> alphas, double before, List<Double> errors, int best, double worth) {
        double alpha() {
            return alphas.get(best);
        }

        boolean pays() {
            return errors.get(best) < worth * before;
        }

        /** Whether this α would pay; a tensor for which only one was tried has no other. */
        boolean paysAt(double alpha) {
            return errors.get(Math.max(0, alphas.indexOf(alpha))) < worth * before;
        }

        double at(double alpha) {
            return alphas.get(Math.max(0, alphas.indexOf(alpha)));
        }

        String text() {
            return "signal to noise of its layers " + decibels(before) + " -> " + decibels(errors.get(best));
        }
    }

    /** An error as a ratio of signal to noise. */
    static String decibels(double error) {
        return String.format(java.util.Locale.ROOT, "%.1f dB", -10 * Math.log10(Math.max(error, 1e-30)));
    }

    /**
     * The best of some α for every tensor, each tensor smoothed before the next is looked at.
     *
     * @param alphas to choose from
     * @param search how layers that share a tensor agree
     * @return by tensor, in the order in which they were taken
     */
    Map<String, Found> choose(List<Double> alphas, Search search) {
        Map<String, Found> found = new LinkedHashMap<>();
        Smoothed current = Smoothed.begin(smoothing);
        for (SmoothSite site : smoothing.sites()) {
            List<Double> own =
                    site.readers().areDepthwise(current.graph()) && widths.perChannel() ? List.of(1.0) : alphas;
            best(site, own, search, current).ifPresent(f -> {
                found.put(site.tensor(), f);
                if (f.pays()) {
                    smoothing
                            .factors(site, f.alpha(), current.graph())
                            .ifPresent(s -> smoothing.smooth(site, f.alpha(), s, current));
                }
            });
        }
        return found;
    }

    private Optional<Found> best(SmoothSite site, List<Double> alphas, Search search, Smoothed current) {
        List<List<Double>> errors = new ArrayList<>(); // [layer][0: as it is, then per alpha]
        List<SmoothingFactors> factors = new ArrayList<>();
        factors.add(SmoothingFactors.none(site.readers().channels()));
        for (double alpha : alphas) {
            Optional<SmoothingFactors> s = smoothing.factors(site, alpha, current.graph());
            if (s.isEmpty()) {
                return Optional.empty();
            }
            factors.add(s.get());
        }
        for (Weighted w : site.readers().in(current.graph())) {
            LayerTrial trial = new LayerTrial(w, inputs.of(w.node().output().name()), widths);
            errors.add(factors.parallelStream()
                    .map(s -> trial.loss(s.values(), smoothing.seen(site)))
                    .map(Loss::error)
                    .toList());
        }
        double[] sums = sums(errors);
        double[] judged = search == Search.LAYER ? worst(errors) : sums;
        int least = 1;
        for (int i = 2; i < judged.length; i++) {
            least = judged[i] < judged[least] ? i : least;
        }
        int layers = errors.size();
        List<Double> means =
                Arrays.stream(sums).skip(1).mapToObj(e -> e / layers).toList();
        double worth = site.divided() ? WORTH_A_NODE : WORTH;
        return Optional.of(new Found(alphas, sums[0] / layers, means, least - 1, worth));
    }

    private static double[] sums(List<List<Double>> errors) {
        double[] sums = new double[errors.get(0).size()];
        errors.forEach(e -> Arrays.setAll(sums, i -> sums[i] + e.get(i)));
        return sums;
    }

    /* The errors of the layer that suffers most as it is. */
    private static double[] worst(List<List<Double>> errors) {
        List<Double> worst = errors.get(0);
        for (List<Double> e : errors) {
            worst = e.get(0) > worst.get(0) ? e : worst;
        }
        return worst.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
