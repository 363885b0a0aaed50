package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.quant.Journal;
import java.util.Optional;

/**
 * Removes Identity and Dropout, which do nothing when a network runs.
 *
 * <pre>
 *   x -> Identity -> y; y -> reader      becomes      x -> reader
 * </pre>
 *
 * <p>Keeps the outputs. Leaves one alone whose result is an output of the network or is read by name
 * in a subgraph, for the name must stay.
 */
public final class RemoveIdentity implements GraphPass {
    @Override
    public String name() {
        return "remove-identity";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            if (!n.is("Identity") && !n.is("Dropout")) {
                continue;
            }
            Optional<String> obstacle = obstacle(n);
            if (obstacle.isPresent()) {
                journal.skipped(name(), n.label(), obstacle.get());
            } else {
                Value in = n.input(0).orElseThrow();
                graph.replaceAllUses(n.output(), in);
                graph.remove(n);
                journal.did(name(), n.label(), "removed; its readers read " + in.name());
            }
        }
    }

    private static Optional<String> obstacle(Node n) {
        if (n.input(0).isEmpty() || n.outputCount() == 0 || n.output(0).isEmpty()) {
            return Optional.of("it has no input or no output");
        }
        if (n.input(2).filter(mode -> !isFalse(mode)).isPresent()) {
            return Optional.of("it may be in training mode");
        }
        if (n.output().isGraphOutput()) {
            return Optional.of("its result is an output of the network");
        }
        if (n.output().isCaptured()) {
            return Optional.of("its result is read inside a subgraph");
        }
        if (n.output(1)
                .filter(mask -> !mask.uses().isEmpty() || mask.isGraphOutput())
                .isPresent()) {
            return Optional.of("its mask is read");
        }
        return Optional.empty();
    }

    private static boolean isFalse(Value v) {
        return v.constant()
                .filter(t -> t.dtype() == DType.BOOL && t.elements() == 1)
                .map(t -> t.storage().slice(0, 1).get(0) == 0)
                .orElse(false);
    }
}
