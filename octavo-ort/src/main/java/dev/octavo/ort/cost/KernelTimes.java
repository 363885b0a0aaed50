package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.target.CostModel;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.SchemeOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the kernels of a network cost on this machine, as {@link PlacementSearch} measures and remembers them. */
public final class KernelTimes {
    private KernelTimes() {}

    /**
     * Microseconds per group with one thread, in float and in integers, and of borders.
     *
     * @param graph the float network, frozen
     * @param groups all its groups
     * @param integer those that can run in integers
     * @param types element types and shapes with batch 1
     * @param memory folder in which costs are remembered
     * @throws dev.octavo.core.ModelException when the shape of an input is not known
     */
    public static CostModel of(
            Graph graph,
            List<Group> groups,
            List<Group> integer,
            Map<String, TensorType> types,
            SchemeOptions scheme,
            Path memory) {
        Variant plain = new Variant("", graph, groups, Set.copyOf(integer), types, false);
        CostBook book = CostBook.open(memory);
        CostMeter meter = new CostMeter(plain, scheme, book, new int[] {1}, ProbeInputs.of(graph, types));
        CostModel costs = meter.measure(integer).get(0);
        book.save();
        return costs;
    }
}
