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
 * The same metric of several networks on the same examples. Reads the outputs {@code NETWORK/OUTPUT}.
 *
 * @param reference the network that the others are compared with
 * @param tallies by network
 */
public record Compared<M extends TaskMetric<M>>(String reference, SortedMap<String, M> tallies)
        implements Metric<Compared<M>> {
    public Compared {
        tallies = Collections.unmodifiableSortedMap(new TreeMap<>(tallies));
        if (!tallies.containsKey(reference)) {
            throw new IllegalArgumentException("tallies of " + tallies.keySet() + ", reference " + reference);
        }
    }

    /** Nothing seen yet of these networks, the reference among them. */
    public static <M extends TaskMetric<M>> Compared<M> none(String reference, Collection<String> networks, M none) {
        TreeMap<String, M> tallies = new TreeMap<>();
        networks.forEach(n -> tallies.put(n, none));
        return new Compared<>(reference, tallies);
    }

    /** The outputs of one network under their own names, first output first. */
    public static Map<String, Tensor> outputsOf(String network, Map<String, Tensor> outputs) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        outputs.forEach((name, tensor) -> {
            if (name.startsWith(network + "/")) {
                own.put(name.substring(network.length() + 1), tensor);
            }
        });
        return own;
    }

    /** The tally of one network. */
    public M of(String network) {
        return Objects.requireNonNull(tallies.get(network), "no network " + network);
    }

    /** How much higher than the reference's the scores of a network lie: 95 % intervals, by key. */
    public Map<String, Interval> differences(String network, Bootstrap how) {
        return of(network).differences(of(reference), how);
    }

    @Override
    public Compared<M> plus(Sample sample, Map<String, Tensor> outputs) {
        TreeMap<String, M> more = new TreeMap<>();
        tallies.forEach((network, tally) -> more.put(network, tally.plus(sample, outputsOf(network, outputs))));
        return new Compared<>(reference, more);
    }

    @Override
    public Compared<M> merge(Compared<M> other) {
        TreeMap<String, M> both = new TreeMap<>(tallies);
        other.tallies.forEach((n, t) -> both.merge(n, t, M::merge));
        return new Compared<>(reference, both);
    }

    /** {@code NETWORK.SCORE} of each, {@code samples}. */
    @Override
    public Map<String, Double> scores() {
        Map<String, Double> scores = new LinkedHashMap<>();
        tallies.forEach((n, t) -> t.scores().forEach((k, v) -> {
            if (!k.equals("samples")) {
                scores.put(n + "." + k, v);
            }
        }));
        scores.put("samples", (double) of(reference).samples());
        return scores;
    }
}
