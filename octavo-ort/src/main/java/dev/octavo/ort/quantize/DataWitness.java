package dev.octavo.ort.quantize;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.quant.rewrite.Witness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Knows a graph from data: each question is one pass over them with ONNX Runtime.
 *
 * @param inputs names of the network's inputs
 * @param data what to run
 * @param sweep how; without a checkpoint, for the graph of a question is not the one that will be quantized
 * @param progress hears of each pass
 */
public record DataWitness(List<String> inputs, Dataset data, SweepOptions sweep, Progress progress) implements Witness {
    public DataWitness {
        inputs = List.copyOf(inputs);
    }

    /** A witness for the network {@code graph} and all that it is rewritten to. */
    public static DataWitness of(Graph graph, Dataset data, SweepOptions sweep, Progress progress) {
        List<String> inputs = graph.requiredInputs().stream().map(Value::name).toList();
        return new DataWitness(inputs, data, sweep.withoutCheckpoint(), progress);
    }

    @Override
    public Map<String, TensorType> types(Graph graph) {
        return OrtEngine.INSTANCE.inferTypes(graph);
    }

    @Override
    public Evidence observe(Graph graph, EvidenceRequest request) {
        return EvidenceSweep.collect(graph, Fingerprint.of(graph), request, data, sweep, progress)
                .evidence();
    }

    @Override
    public List<Map<String, Tensor>> samples(int most) {
        int n = Math.min(most, data.size());
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            try {
                samples.add(data.read((int) ((long) i * data.size() / n)).inputsFor(inputs));
            } catch (UnreadableSampleException e) {
                // The sweep counts and names it.
            }
        }
        return samples;
    }

    @Override
    public Optional<Engine> engine() {
        return Optional.of(OrtEngine.INSTANCE);
    }

    @Override
    public boolean hasData() {
        return data.size() > 0;
    }
}
