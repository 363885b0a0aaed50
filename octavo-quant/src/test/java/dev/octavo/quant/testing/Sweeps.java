package dev.octavo.quant.testing;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.core.testing.ReferenceEngine.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Evidence from running the reference on seeded inputs. */
public final class Sweeps {
    private Sweeps() {}

    /** So many seeded inputs. */
    public static List<Map<String, Array>> samples(Graph g, int count) {
        List<Map<String, Array>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(ReferenceEngine.inputs(g, 100 + i));
        }
        return all;
    }

    /** What the samples say, for a graph of fingerprint {@code test}. */
    public static Evidence of(Graph g, EvidenceRequest request, List<Map<String, Array>> samples) {
        TreeMap<String, ValueCollector> collectors = new TreeMap<>();
        request.axes().forEach((name, axes) -> collectors.put(name, new ValueCollector(axes)));
        for (Map<String, Array> sample : samples) {
            Map<String, Array> all = new TreeMap<>(ReferenceEngine.trace(g, sample));
            all.putAll(sample);
            collectors.forEach((name, c) -> {
                Array a = Objects.requireNonNull(all.get(name), name);
                long[] dims = a.dims().stream().mapToLong(d -> d).toArray();
                float[] values = new float[a.data().length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) a.data()[i];
                }
                c.add(Shape.of(dims), values);
            });
        }
        TreeMap<String, ValueEvidence> values = new TreeMap<>();
        collectors.forEach((name, c) -> values.put(name, c.build()));
        return new Evidence("test", samples.size(), values);
    }
}
