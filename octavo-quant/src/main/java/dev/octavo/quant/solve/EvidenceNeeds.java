package dev.octavo.quant.solve;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.EvidenceRequest;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a scheme, and the passes that follow it, ask of the sweep over the data. */
public final class EvidenceNeeds {
    private EvidenceNeeds() {}

    /**
     * The histogram of every activation that the scheme gives a range to solve, and channel statistics
     * of every input of a node whose weight it quantizes.
     */
    public static EvidenceRequest of(Graph graph, Scheme scheme) {
        TreeMap<String, Set<Integer>> wanted = new TreeMap<>();
        scheme.choices().forEach((site, choice) -> {
            if (choice instanceof Choice.Quantize
                    && graph.require(site.value()).constant().isEmpty()) {
                wanted.put(site.value(), new TreeSet<>());
            }
        });
        for (Node n : graph.nodes()) {
            Weighted.of(n)
                    .filter(Weighted::hasConstantWeight)
                    .filter(w -> w.input().constant().isEmpty() && quantizesWeight(scheme, w))
                    .ifPresent(w -> axes(wanted, w.input()).add(w.activationAxis()));
        }
        return new EvidenceRequest(wanted);
    }

    private static boolean quantizesWeight(Scheme scheme, Weighted w) {
        Choice own = scheme.choices().get(Site.ofInput(w.node(), Weighted.WEIGHT));
        Choice choice = own != null ? own : scheme.choices().get(Site.of(w.weight()));
        return choice != null && !(choice instanceof Choice.KeepFloat);
    }

    private static Set<Integer> axes(Map<String, Set<Integer>> wanted, Value v) {
        return wanted.computeIfAbsent(v.name(), k -> new TreeSet<>());
    }
}
