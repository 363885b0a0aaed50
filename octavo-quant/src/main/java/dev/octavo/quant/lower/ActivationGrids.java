package dev.octavo.quant.lower;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Which activations of a Q/DQ graph lie on grids, and where their codes can be read. */
public final class ActivationGrids {
    private ActivationGrids() {}

    /**
     * A quantized activation.
     *
     * @param value its name in the float graph
     * @param dequantize one of the DQ nodes that read its codes; another one like it can be added to read the value
     *     without disturbing what a runtime fuses
     * @param grid the grid, with the bits that count
     */
    public record Quantized(String value, Node dequantize, Grid grid) {}

    /** The activations of a Q/DQ graph, ours or another tool's, that have one grid for the whole tensor or per channel. */
    public static Map<String, Quantized> of(Graph lowered) {
        SpecNotes notes = SpecNotes.readFrom(lowered);
        PairReader reader = new PairReader(notes);
        Map<String, Quantized> found = new LinkedHashMap<>();
        for (Node n : lowered.nodes()) {
            Optional<PairReader.Pair> pair = n.is(QdqNames.DEQUANTIZE)
                    ? reader.read(n).filter(p -> p.codes().isEmpty())
                    : Optional.empty();
            pair.ifPresent(p -> {
                String name = nameOf(p.from(), n);
                QuantSpec spec =
                        notes.of(new Site.OfValue(name), p.spec().axis()).orElse(p.spec());
                boolean fits = p.params().stream()
                        .allMatch(q -> q.zeroPoint() >= spec.minCode() && q.zeroPoint() <= spec.maxCode());
                found.putIfAbsent(name, new Quantized(name, n, new Grid(fits ? spec : p.spec(), p.params())));
            });
        }
        return found;
    }

    /* A graph output keeps its name behind DQ, and what Q reads has another. */
    private static String nameOf(Value from, Node dequantize) {
        boolean renamed = dequantize.output().isGraphOutput() && from.name().contains(QdqNames.RAW_OUTPUT);
        return renamed ? dequantize.output().name() : from.name();
    }
}
