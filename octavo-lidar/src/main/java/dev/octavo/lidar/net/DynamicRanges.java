package dev.octavo.lidar.net;

import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Ranges that came with a network: what another tool calibrated, signed and symmetric ({@code scale = range / 127}).
 *
 * @param convolutions by name, those with a range
 * @param sums by name, the largest magnitude of both terms
 */
public record DynamicRanges(Map<String, OfConvolution> convolutions, Map<String, Float> sums) {
    /**
     * The ranges of a convolution.
     *
     * @param input largest magnitude of its input
     * @param weights largest magnitude of its weight, per output channel
     * @param integer whether the tool runs it in 8 bits
     */
    public record OfConvolution(float input, List<Float> weights, boolean integer) {
        public OfConvolution {
            weights = List.copyOf(weights);
        }
    }

    public DynamicRanges {
        convolutions = Map.copyOf(convolutions);
        sums = Map.copyOf(sums);
    }

    /** The scheme that uses these ranges, whatever the data; sums stay in float. */
    public Scheme scheme(SparseGraph graph) {
        Set<String> floats = new HashSet<>(graph.quantizable().keySet());
        floats.removeIf(c -> convolutions.containsKey(c)
                && Objects.requireNonNull(convolutions.get(c)).integer());
        Map<Site, Choice> fixed = new HashMap<>();
        convolutions.forEach((name, r) -> {
            SparseGraph.Operands o = graph.quantizable().get(name);
            if (o == null || floats.contains(name)) {
                return;
            }
            QuantSpec activation = QuantSpec.perTensor(8, true, true);
            Grid input = Grid.perTensor(activation, QuantParams.forRange(new Range(-r.input(), r.input()), activation));
            fixed.put(new Site.OfValue(o.rows()), new Choice.Fixed(input, "the file's range"));
            QuantSpec spec = QuantSpec.perChannel(8, true, true, 1);
            Grid weight = new Grid(
                    spec,
                    r.weights().stream()
                            .map(w -> QuantParams.forRange(new Range(-w, w), spec))
                            .toList());
            o.weights().forEach(w -> fixed.put(new Site.OfValue(w), new Choice.Fixed(weight, "the file's ranges")));
        });
        return SparseScheme.of(graph, new SparseScheme.Options(true, false, floats))
                .with(fixed);
    }
}
