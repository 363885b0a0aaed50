package dev.octavo.quant.rewrite;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a pass may ask besides the graph: shapes, what data (or, without data, batch-norm statistics) say of the graph
 * as it is at that moment, and a few samples with an engine to run them.
 */
public interface Witness {
    /** Knows nothing: for passes that look at the graph alone, and for tests. */
    Witness NONE = new Witness() {
        @Override
        public Map<String, TensorType> types(Graph graph) {
            return Map.of();
        }

        @Override
        public Evidence observe(Graph graph, EvidenceRequest request) {
            throw new ModelException(
                    "this pass must know the ranges of activations, and there is nothing to take them from",
                    "give data, or a model with its batch normalisations");
        }

        @Override
        public List<Map<String, Tensor>> samples(int most) {
            return List.of();
        }

        @Override
        public Optional<Engine> engine() {
            return Optional.empty();
        }
    };

    /** Element types and shapes with batch 1, by value name, as far as they can be inferred; values may be missing. */
    Map<String, TensorType> types(Graph graph);

    /**
     * What is known of the values asked for, of this graph as it is now. From data it takes one pass over them.
     *
     * @throws ModelException when nothing can be known, saying why and what helps
     */
    Evidence observe(Graph graph, EvidenceRequest request);

    /**
     * The same for who asks about channels alone: histograms may be empty, where that saves making them.
     *
     * @throws ModelException as {@link #observe} does
     */
    default Evidence channels(Graph graph, EvidenceRequest request) {
        return observe(graph, request);
    }

    /** Up to {@code most} inputs of the network, spread evenly over the data; none without data. */
    List<Map<String, Tensor>> samples(int most);

    /** What runs graphs, if there is an engine. */
    Optional<Engine> engine();

    /**
     * The values of which nothing can be known, each with the reason; what reads or gives them stays in float. None
     * where there are data.
     */
    default Map<String, String> unknown(Graph graph) {
        return Map.of();
    }

    /** Whether there are data to learn from. */
    default boolean hasData() {
        return !samples(1).isEmpty();
    }
}
