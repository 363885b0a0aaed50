package dev.octavo.tasks.metric;

import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Several classifiers on the same examples: how good each is, and how often each ranks the same class first as the
 * one they are compared with. Reads one output per network: the first named {@code NETWORK} or {@code NETWORK/OUTPUT}.
 *
 * @param reference the network that the others are compared with
 * @param tallies per network how often it is right
 * @param others per network how its examples go together with the reference's
 */
public record ComparisonMetric(
        String reference, SortedMap<String, ClassificationMetric> tallies, SortedMap<String, Together> others)
        implements Metric<ComparisonMetric> {
    /**
     * How a network's examples go together with the reference's.
     *
     * @param agreed it ranks the reference's class first
     * @param gained it is right where the reference is wrong
     * @param lost it is wrong where the reference is right
     */
    public record Together(long agreed, long gained, long lost) {
        static final Together NONE = new Together(0, 0, 0);

        Together plus(Together more) {
            return new Together(agreed + more.agreed, gained + more.gained, lost + more.lost);
        }
    }

    public ComparisonMetric {
        tallies = Collections.unmodifiableSortedMap(new TreeMap<>(tallies));
        others = Collections.unmodifiableSortedMap(new TreeMap<>(others));
        if (!tallies.containsKey(reference) || !tallies.keySet().equals(others.keySet())) {
            throw new IllegalArgumentException("tallies of " + tallies.keySet() + ", together with the reference "
                    + others.keySet() + ", reference " + reference);
        }
    }

    /** Nothing seen yet of these networks, the reference among them. */
    public static ComparisonMetric none(String reference, Collection<String> networks) {
        TreeMap<String, ClassificationMetric> tallies = new TreeMap<>();
        TreeMap<String, Together> others = new TreeMap<>();
        networks.forEach(n -> {
            tallies.put(n, ClassificationMetric.EMPTY);
            others.put(n, Together.NONE);
        });
        return new ComparisonMetric(reference, tallies, others);
    }

    /** Examples seen. */
    public long samples() {
        return of(reference).samples();
    }

    /** How good one network is. */
    public ClassificationMetric of(String network) {
        return Objects.requireNonNull(tallies.get(network), "no network " + network);
    }

    /** The fraction of examples for which a network ranks the reference's class first; NaN before the first. */
    public double agreement(String network) {
        return (double) together(network).agreed() / samples();
    }

    /** The interval of how much higher a network's top-1 lies than the reference's, both seen on the same examples. */
    public Interval difference(String network) {
        return Bootstrap.paired(together(network).gained(), together(network).lost(), samples());
    }

    private Together together(String network) {
        return Objects.requireNonNull(others.get(network), "no network " + network);
    }

    @Override
    public ComparisonMetric plus(Sample sample, Map<String, Tensor> outputs) {
        Tensor ours = output(outputs, reference);
        int wanted = ClassificationMetric.first(reference, ours);
        int label = sample.label().orElse(-1);
        TreeMap<String, ClassificationMetric> tallies2 = new TreeMap<>();
        TreeMap<String, Together> others2 = new TreeMap<>();
        tallies.forEach((network, tally) -> {
            Tensor output = output(outputs, network);
            tallies2.put(network, tally.plus(sample, Map.of(network, output)));
            int given = ClassificationMetric.first(network, output);
            Together one = new Together(
                    wanted >= 0 && given == wanted ? 1 : 0,
                    given == label && wanted != label ? 1 : 0,
                    given != label && wanted == label ? 1 : 0);
            others2.put(network, together(network).plus(one));
        });
        return new ComparisonMetric(reference, tallies2, others2);
    }

    static Tensor output(Map<String, Tensor> outputs, String network) {
        Tensor named = outputs.get(network);
        return named != null
                ? named
                : Compared.outputsOf(network, outputs).values().stream()
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no output of " + network));
    }

    @Override
    public ComparisonMetric merge(ComparisonMetric other) {
        TreeMap<String, ClassificationMetric> tallies2 = new TreeMap<>(tallies);
        TreeMap<String, Together> others2 = new TreeMap<>(others);
        other.tallies.forEach((n, t) -> tallies2.merge(n, t, ClassificationMetric::merge));
        other.others.forEach((n, o) -> others2.merge(n, o, Together::plus));
        return new ComparisonMetric(reference, tallies2, others2);
    }

    /** {@code NETWORK.top1}, {@code NETWORK.top5}, {@code NETWORK.agreement} as fractions, {@code samples}. */
    @Override
    public Map<String, Double> scores() {
        Map<String, Double> scores = new LinkedHashMap<>();
        tallies.forEach((n, t) -> {
            t.scores().forEach((k, v) -> {
                if (!k.equals("samples")) {
                    scores.put(n + "." + k, v);
                }
            });
            scores.put(n + ".agreement", agreement(n));
        });
        scores.put("samples", (double) samples());
        return scores;
    }
}
