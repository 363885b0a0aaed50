package dev.octavo.ort.smooth;

import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Engine.Session;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.rewrite.Witness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Knows a graph from samples of seeded Gaussian numbers, some of whose channels (axis 1, or the last of two) are many
 * times as large as others.
 */
final class SeededWitness implements Witness {
    private final List<Map<String, Tensor>> samples = new ArrayList<>();

    SeededWitness(Graph graph, int count, double spread) {
        Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(graph);
        for (int i = 0; i < count; i++) {
            Map<String, Tensor> sample = new HashMap<>();
            for (Value v : graph.requiredInputs()) {
                Shape s = Objects.requireNonNull(types.get(v.name())).shape();
                sample.put(v.name(), gaussian(s, spread, 31L * i + v.name().hashCode()));
            }
            samples.add(sample);
        }
    }

    private static Tensor gaussian(Shape s, double spread, long seed) {
        Random r = new Random(seed);
        int axis = s.rank() == 3 ? 2 : Math.min(1, s.rank() - 1);
        int inner = 1;
        for (int i = axis + 1; i < s.rank(); i++) {
            inner *= (int) s.dim(i);
        }
        float[] x = new float[(int) s.elements()];
        for (int i = 0; i < x.length; i++) {
            int c = (int) (i / inner % s.dim(axis));
            x[i] = (float) (r.nextGaussian() * Math.pow(spread, (c * 7 % 5) / 4.0));
        }
        return Tensor.ofFloats(s, x);
    }

    @Override
    public Map<String, TensorType> types(Graph graph) {
        return OrtEngine.INSTANCE.inferTypes(graph);
    }

    @Override
    public Evidence observe(Graph graph, EvidenceRequest request) {
        Graph open = graph.copy();
        TreeMap<String, ValueCollector> collectors = new TreeMap<>();
        request.axes().forEach((name, axes) -> {
            collectors.put(name, new ValueCollector(axes));
            Value v = open.require(name);
            if (!v.isGraphInput() && !v.isGraphOutput()) {
                open.addOutput(v);
            }
        });
        try (Session session = OrtEngine.INSTANCE.open(open, Mode.OPTIMIZED, 1)) {
            for (Map<String, Tensor> sample : samples) {
                Map<String, Tensor> values = new HashMap<>(session.run(sample));
                values.putAll(sample);
                collectors.forEach((name, c) -> {
                    Tensor t = Objects.requireNonNull(values.get(name));
                    c.add(t.shape(), t.floats());
                });
            }
        }
        TreeMap<String, ValueEvidence> seen = new TreeMap<>();
        collectors.forEach((name, c) -> seen.put(name, c.build()));
        return new Evidence("seeded", samples.size(), seen);
    }

    @Override
    public List<Map<String, Tensor>> samples(int most) {
        return samples.subList(0, Math.min(most, samples.size()));
    }

    @Override
    public Optional<Engine> engine() {
        return Optional.of(OrtEngine.INSTANCE);
    }
}
