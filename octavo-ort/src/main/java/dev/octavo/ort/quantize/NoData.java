package dev.octavo.ort.quantize;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Knows shapes and has an engine, but no data. */
final class NoData implements Witness {
    @Override
    public Map<String, TensorType> types(Graph graph) {
        return OrtEngine.INSTANCE.inferTypes(graph);
    }

    @Override
    public Evidence observe(Graph graph, EvidenceRequest request) {
        return NONE.observe(graph, request);
    }

    @Override
    public List<Map<String, Tensor>> samples(int most) {
        return List.of();
    }

    @Override
    public Optional<Engine> engine() {
        return Optional.of(OrtEngine.INSTANCE);
    }
}
