package dev.octavo.ort.rewrite;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A pass that is told the shapes and nothing else. */
record Typed(GraphPass pass, Map<String, TensorType> types) implements GraphPass {
    @Override
    public String name() {
        return pass.name();
    }

    @Override
    public Keeps keeps() {
        return pass.keeps();
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        pass.apply(
                graph,
                new Witness() {
                    @Override
                    public Map<String, TensorType> types(Graph g) {
                        return types;
                    }

                    @Override
                    public Evidence observe(Graph g, EvidenceRequest request) {
                        return Witness.NONE.observe(g, request);
                    }

                    @Override
                    public List<Map<String, Tensor>> samples(int most) {
                        return List.of();
                    }

                    @Override
                    public Optional<Engine> engine() {
                        return Optional.empty();
                    }
                },
                journal);
    }
}
