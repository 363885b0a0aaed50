package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.Extremes;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.quant.target.NonNegative;
import java.util.Set;
import java.util.TreeMap;

/**
 * Evidence made up before any data was seen, good for one thing: a Q/DQ graph to be timed. Kernels take
 * as long whatever the scales are, but a limit is fused only if the grid lies within it, hence [0, 4]
 * for what cannot be negative.
 */
final class RoughEvidence {
    private static final float REACH = 4f;

    private RoughEvidence() {}

    static Evidence of(Graph graph, String fingerprint, EvidenceRequest request) {
        Set<Value> nonNegative = NonNegative.of(graph);
        TreeMap<String, ValueEvidence> values = new TreeMap<>();
        request.axes().keySet().forEach(name -> {
            float low = nonNegative.contains(graph.require(name)) ? 0 : -REACH;
            values.put(
                    name, new ValueEvidence(DyadicHistogram.of(low, REACH), Extremes.of(low, REACH), new TreeMap<>()));
        });
        return new Evidence(fingerprint, 1, values);
    }
}
