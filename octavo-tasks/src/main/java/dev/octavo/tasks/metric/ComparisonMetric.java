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
 * one they are compared with. Reads one output per network, named after the network.
 *
 * @param reference the network that the others are compared with
 * @param tallies per network how often it is right
 * @param agreements per network the number of examples for which it ranks the reference's class first
 */
public record ComparisonMetric(
        String reference, SortedMap<String, ClassificationMetric> tallies, SortedMap<String, Long> agreements)
        implements Metric<ComparisonMetric> {
    public ComparisonMetric {
        tallies = Collections.unmodifiableSortedMap(new TreeMap<>(tallies));
        agreements = Collections.unmodifiableSortedMap(new TreeMap<>(agreements));
        if (!tallies.containsKey(reference) || !tallies.keySet().equals(agreements.keySet())) {
            throw new IllegalArgumentException("tallies of " + tallies.keySet() + ", agreements of "
                    + agreements.keySet() + ", reference " + reference);
        }
    }

    /** Nothing seen yet of these networks, the reference among them. */
    public static ComparisonMetric none(String reference, Collection<String> networks) {
        TreeMap<String, ClassificationMetric> tallies = new TreeMap<>();
        TreeMap<String, Long> agreements = new TreeMap<>();
        networks.forEach(n -> {
            tallies.put(n, ClassificationMetric.EMPTY);
            agreements.put(n, 0L);
        });
        return new ComparisonMetric(reference, tallies, agreements);
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
        return (double) Objects.requireNonNull(agreements.get(network), "no network " + network) / samples();
    }

    @Override
    public ComparisonMetric plus(Sample sample, Map<String, Tensor> outputs) {
        int wanted = ClassificationMetric.first(reference, output(outputs, reference));
        TreeMap<String, ClassificationMetric> tallies2 = new TreeMap<>();
        TreeMap<String, Long> agreements2 = new TreeMap<>();
        tallies.forEach((network, tally) -> {
            Tensor output = output(outputs, network);
            tallies2.put(network, tally.plus(sample, Map.of(network, output)));
            boolean agrees = wanted >= 0 && ClassificationMetric.first(network, output) == wanted;
            agreements2.put(network, agreements.getOrDefault(network, 0L) + (agrees ? 1 : 0));
        });
        return new ComparisonMetric(reference, tallies2, agreements2);
    }

    private static Tensor output(Map<String, Tensor> outputs, String network) {
        return Objects.requireNonNull(outputs.get(network), "no output of " + network);
    }

    @Override
    public ComparisonMetric merge(ComparisonMetric other) {
        TreeMap<String, ClassificationMetric> tallies2 = new TreeMap<>(tallies);
        TreeMap<String, Long> agreements2 = new TreeMap<>(agreements);
        other.tallies.forEach((n, t) -> tallies2.merge(n, t, ClassificationMetric::merge));
        other.agreements.forEach((n, a) -> agreements2.merge(n, a, Long::sum));
        return new ComparisonMetric(reference, tallies2, agreements2);
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
