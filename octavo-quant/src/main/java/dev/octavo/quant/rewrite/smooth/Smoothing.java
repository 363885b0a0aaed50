package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.rewrite.Witness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A graph with the tensors that can be smoothed and the ranges of their channels, all collected once; any number of
 * smoothed graphs can be made from it.
 *
 * <p>Tensors are taken against the order of the graph: dividing the channels of one divides the rows of the weight that
 * gives them, and the factors of what that weight reads must be those of its rows as they will be.
 *
 * @param graph the graph, which stays as it is
 * @param types of its values
 * @param sites what can be smoothed, against the order of the graph
 * @param seen the range of every channel, by tensor
 * @param ranges the range of every input of a layer, by value
 */
record Smoothing(
        Graph graph,
        Map<String, TensorType> types,
        List<SmoothSite> sites,
        Map<String, ChannelRanges> seen,
        Map<String, Range> ranges) {

    /** What was done to one tensor. */
    record Done(SmoothSite site, double alpha, SmoothingFactors factors, String how) {}

    /**
     * A smoothed copy of the graph.
     *
     * @param graph the copy
     * @param done what was done, by tensor
     * @param ranges the range of every input of a layer, by value
     */
    record Smoothed(Graph graph, Map<String, Done> done, Map<String, Range> ranges) {
        static Smoothed begin(Smoothing from) {
            return new Smoothed(from.graph.copy(), new LinkedHashMap<>(), new HashMap<>(from.ranges));
        }
    }

    /** Collects what must be known of the sites and of everything else that a layer reads. */
    static Smoothing observe(Graph graph, Map<String, TensorType> types, List<SmoothSite> sites, Witness witness) {
        TreeMap<String, Set<Integer>> axes = new TreeMap<>();
        NetworkTrial.inputs(graph).forEach(v -> axes.put(v, Set.of()));
        for (SmoothSite s : sites) {
            axes.merge(s.tensor(), Set.of(s.readers().axis()), Smoothing::union);
        }
        Evidence evidence = witness.observe(graph, new EvidenceRequest(axes));
        Map<String, ChannelRanges> seen = new HashMap<>();
        Map<String, Range> ranges = new HashMap<>();
        axes.keySet()
                .forEach(v -> ranges.put(
                        v,
                        new Range(
                                evidence.of(v).histogram().min(),
                                evidence.of(v).histogram().max())));
        for (SmoothSite s : sites) {
            var stats = evidence.of(s.tensor()).channels().get(s.readers().axis());
            seen.put(s.tensor(), ChannelRanges.of(java.util.Objects.requireNonNull(stats)));
        }
        List<SmoothSite> backwards = new ArrayList<>(sites);
        Collections.reverse(backwards);
        return new Smoothing(graph, types, backwards, seen, ranges);
    }

    private static Set<Integer> union(Set<Integer> a, Set<Integer> b) {
        Set<Integer> both = new java.util.TreeSet<>(a);
        both.addAll(b);
        return both;
    }

    /** The same with what other samples say. */
    Smoothing seenOn(ChannelScan scan) {
        return new Smoothing(graph, types, sites, scan.seen(), scan.ranges());
    }

    ChannelRanges seen(SmoothSite site) {
        return java.util.Objects.requireNonNull(seen.get(site.tensor()));
    }

    /** The factors of a tensor for the weights of a graph; empty when none of its channels is both active and read. */
    Optional<SmoothingFactors> factors(SmoothSite site, double alpha, Graph current) {
        return SmoothingFactors.of(seen(site).maxima(), site.readers().weightMaxima(current), alpha);
    }

    /** Smooths one tensor more. */
    void smooth(SmoothSite site, double alpha, SmoothingFactors s, Smoothed into) {
        String how = site.apply(into.graph, types, s);
        into.ranges.put(site.seenBy(into.graph), seen(site).smoothed(s.values()));
        into.done.put(site.tensor(), new Done(site, alpha, s, how));
    }

    /** The graph with each of these tensors smoothed by its α, the others left alone. */
    Smoothed with(Map<String, Double> alphas) {
        Smoothed result = Smoothed.begin(this);
        for (SmoothSite site : sites) {
            Double alpha = alphas.get(site.tensor());
            if (alpha != null) {
                factors(site, alpha, result.graph).ifPresent(s -> smooth(site, alpha, s, result));
            }
        }
        return result;
    }
}
