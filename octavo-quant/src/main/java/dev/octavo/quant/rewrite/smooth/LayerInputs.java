package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Rows of what every layer of some tensors reads, taken from one run of the network over some samples. */
final class LayerInputs {
    /* Rows for so many multiply-accumulates per trial; never fewer than LEAST nor more than MOST. */
    private static final long WORK = 1 << 23;
    private static final int LEAST = 64;
    private static final int MOST = 512;
    private static final long SEED = 0x5100;

    private final Map<String, List<float[]>> rows;

    private LayerInputs(Map<String, List<float[]>> rows) {
        this.rows = rows;
    }

    /** The rows of a layer that is named by its first output. */
    List<float[]> of(String layer) {
        return Objects.requireNonNull(rows.get(layer), layer);
    }

    /** Runs the network on the samples, each alone on one thread, several side by side. */
    static LayerInputs collect(Graph graph, List<Readers> readers, Engine engine, List<Map<String, Tensor>> samples) {
        Graph open = graph.copy();
        for (Readers r : readers) {
            Value v = open.require(r.tensor());
            if (!v.isGraphInput() && !v.isGraphOutput()) {
                open.addOutput(v);
            }
        }
        List<Map<String, List<float[]>>> parts;
        try (Engine.Session session = engine.open(open, Engine.Mode.OPTIMIZED, 1)) {
            parts = IntStream.range(0, samples.size())
                    .parallel()
                    .mapToObj(i -> {
                        Map<String, Tensor> values = new HashMap<>(session.run(samples.get(i)));
                        values.putAll(samples.get(i));
                        return some(graph, readers, values, i, samples.size());
                    })
                    .toList();
        }
        Map<String, List<float[]>> all = new LinkedHashMap<>();
        parts.forEach(p -> p.forEach((layer, own) ->
                all.computeIfAbsent(layer, k -> new ArrayList<>()).addAll(own)));
        return new LayerInputs(all);
    }

    private static Map<String, List<float[]>> some(
            Graph graph, List<Readers> readers, Map<String, Tensor> values, int sample, int samples) {
        Map<String, List<float[]>> taken = new LinkedHashMap<>();
        for (Readers r : readers) {
            Tensor x = Objects.requireNonNull(values.get(r.tensor()), r.tensor());
            for (Weighted w : r.in(graph)) {
                String layer = w.node().output().name();
                long seed = SEED + 31L * layer.hashCode() + 1_000_003L * sample;
                taken.put(layer, new InputRows(w, r.axis()).take(x, share(w, samples), seed));
            }
        }
        return taken;
    }

    private static int share(Weighted w, int samples) {
        long perRow = Math.max(1, w.weight().constant().orElseThrow().elements());
        long wanted = Math.max(LEAST, Math.min(MOST, WORK / perRow));
        return (int) Math.max(1, (wanted + samples - 1) / samples);
    }
}
