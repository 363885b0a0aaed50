package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tensor and the layers that are to see it smoothed, all along one channel axis. Names and not nodes, so that it
 * holds for every copy of the graph.
 *
 * @param tensor the name of the value
 * @param axis where the channels lie, ≥ 0
 * @param channels how many
 * @param layers the readers, each by its first output
 */
record Readers(String tensor, int axis, int channels, List<String> layers) {
    Readers {
        layers = List.copyOf(layers);
    }

    /** The layers in a graph, as it is now. */
    List<Weighted> in(Graph graph) {
        return layers.stream()
                .map(o -> graph.require(o).producer().flatMap(Weighted::of).orElseThrow())
                .toList();
    }

    /** Whether nothing else reads the tensor. */
    boolean areAll(Graph graph) {
        Value v = graph.require(tensor);
        return v.uses().size() == layers.size() && !v.isGraphOutput();
    }

    /** Whether every layer is a convolution of which each filter sees one channel. */
    boolean areDepthwise(Graph graph) {
        return in(graph).stream()
                .allMatch(w -> WeightLayout.of(w).taps() == WeightLayout.of(w).kernel() && w.group() > 1);
    }

    /** The largest magnitude of the weights that read each channel, over all layers. */
    float[] weightMaxima(Graph graph) {
        float[] max = new float[channels];
        for (Weighted w : in(graph)) {
            float[] own = WeightLayout.of(w)
                    .inputMaxima(w.weight().constant().orElseThrow().floats());
            for (int c = 0; c < channels; c++) {
                max[c] = Math.max(max[c], own[c]);
            }
        }
        return max;
    }

    /** All tensors whose readers can be smoothed, in topological order; the journal hears of the other readers. */
    static List<Readers> of(Graph graph, Map<String, TensorType> types, SmoothOptions options, Journal journal) {
        Map<String, Readers> found = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            Optional<Weighted> w = Weighted.of(n)
                    .filter(v -> options.means(n.name(), n.output().name()));
            if (w.isEmpty()) {
                continue;
            }
            Optional<String> obstacle = obstacle(w.get(), types);
            if (obstacle.isPresent()) {
                journal.skipped(SmoothQuant.NAME, n.label(), obstacle.get());
                continue;
            }
            Value x = w.get().input();
            int rank = types.get(x.name()).shape().rank();
            int axis = Math.floorMod(w.get().activationAxis(), rank);
            Readers one = new Readers(
                    x.name(),
                    axis,
                    WeightLayout.of(w.get()).inputs(),
                    List.of(n.output().name()));
            found.merge(x.name() + "/" + axis, one, Readers::with);
        }
        return List.copyOf(found.values());
    }

    private Readers with(Readers more) {
        List<String> all = new ArrayList<>(layers);
        all.addAll(more.layers);
        return new Readers(tensor, axis, channels, all);
    }

    private static Optional<String> obstacle(Weighted w, Map<String, TensorType> types) {
        if (!w.hasConstantWeight()) {
            return Optional.of("it multiplies two activations, and there is no weight to take the factors");
        }
        if (w.weight().constant().orElseThrow().dtype() != DType.FLOAT) {
            return Optional.of("its weight is not float32");
        }
        if (!WeightLayout.fits(w)) {
            return Optional.of("its weight is neither one matrix nor a kernel");
        }
        if (w.weight().uses().size() != 1 || w.weight().isGraphOutput()) {
            String other = w.weight().uses().stream()
                    .map(Use::node)
                    .filter(n -> n != w.node())
                    .map(Node::label)
                    .findFirst()
                    .orElse("what is outside of the graph");
            return Optional.of("its weight is shared with " + other);
        }
        if (w instanceof Gemm g && g.transA()) {
            return Optional.of("it transposes its input");
        }
        if (w.input().constant().isPresent()) {
            return Optional.of("its input is a constant");
        }
        TensorType t = types.get(w.input().name());
        if (t == null || t.dtype() != DType.FLOAT || t.shape().rank() < 1) {
            return Optional.of("the shape of its input is not known, or it does not hold float32");
        }
        long seen = t.shape().dim(w.activationAxis());
        int channels = WeightLayout.of(w).inputs();
        return seen == channels
                ? Optional.empty()
                : Optional.of("its input has " + seen + " channels and its weight " + channels);
    }
}
