package dev.octavo.lidar.net;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.onnx.Fingerprint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Collects what frames say about the results of a sparse network: over active cells alone, per channel too. An absent
 * cell says nothing of a range, and neither does the row of zeros in the graph.
 *
 * <p>What a convolution gathers from is known under that value's name; its products, which are one value per part of the
 * rows, are known together under the name of the first part's.
 */
public final class SparseEvidence {
    private static final Set<Integer> CHANNELS = Set.of(1);

    private final SparseGraph graph;
    private final Map<String, Watched> watched = new LinkedHashMap<>();

    /** Values that are one result, part by part. */
    private record Watched(List<String> parts, int level, ValueCollector collector) {}

    private SparseEvidence(SparseGraph graph) {
        this.graph = graph;
        graph.quantizable().forEach((conv, o) -> {
            int in = graph.levels().level(((Convolution) graph.net().step(conv)).input());
            watch(List.of(o.rows()), in);
            watch(o.products(), graph.levels().level(conv));
        });
    }

    private void watch(List<String> parts, int level) {
        watched.computeIfAbsent(parts.get(0), k -> new Watched(parts, level, new ValueCollector(CHANNELS)));
    }

    /**
     * The evidence of some frames.
     *
     * @param graph in float
     * @param frames the input voxels
     * @param threads per run
     */
    public static Evidence collect(SparseGraph graph, List<SparseTensor> frames, int threads, Progress progress) {
        return new SparseEvidence(graph).collect(frames, threads, progress);
    }

    private Evidence collect(List<SparseTensor> frames, int threads, Progress progress) {
        Set<String> values =
                watched.values().stream().flatMap(w -> w.parts().stream()).collect(Collectors.toSet());
        progress.begin("frames seen", frames.size());
        try (SparseNetwork network = SparseNetwork.open(
                SparseNetwork.exposing(graph, values.stream().sorted().toList()), threads, Mode.OPTIMIZED)) {
            for (int i = 0; i < frames.size(); i++) {
                SparseTensor frame = frames.get(i);
                if (frame.cells().size() > 0) {
                    Frame tables = network.frame(frame.cells());
                    Map<String, Tensor> seen = network.run(frame, tables, values);
                    for (Watched w : watched.values()) {
                        add(w, tables, seen, "frame " + i);
                    }
                }
                progress.advance(1);
            }
        }
        progress.end();
        TreeMap<String, ValueEvidence> built = new TreeMap<>();
        watched.forEach((key, w) -> built.put(key, w.collector().build()));
        return new Evidence(Fingerprint.of(graph.graph()), frames.size(), built);
    }

    private static void add(Watched w, Frame tables, Map<String, Tensor> seen, String frame) {
        List<Tensor> parts = w.parts().stream()
                .map(v -> Objects.requireNonNull(seen.get(v), v))
                .toList();
        int cells = tables.cells(w.level()).size();
        long channels = parts.get(0).shape().dim(1);
        float[] active = SparseNetwork.inCellOrder(joined(parts), tables.order(w.level()), cells);
        if (!w.collector().add(Shape.of(cells, channels), active)) {
            throw new ModelException(
                    frame + " gives NaN or infinity in " + w.parts().get(0),
                    "check the frame's features and the network's weights");
        }
    }

    private static Tensor joined(List<Tensor> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        long channels = parts.get(0).shape().dim(1);
        long rows = parts.stream().mapToLong(p -> p.shape().dim(0)).sum();
        float[] all = new float[Math.toIntExact(rows * channels)];
        int at = 0;
        for (Tensor p : parts) {
            float[] f = p.floats();
            System.arraycopy(f, 0, all, at, f.length);
            at += f.length;
        }
        return Tensor.ofFloats(Shape.of(rows, channels), all);
    }
}
