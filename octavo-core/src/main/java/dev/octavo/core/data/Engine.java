package dev.octavo.core.data;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.Map;

/** Something that runs graphs. */
public interface Engine {
    /** How faithfully to run. */
    enum Mode {
        /** Node by node as the graph says, in float: a Q/DQ graph is simulated. */
        UNFUSED,
        /** With the engine's optimizations: a Q/DQ graph is executed in integer arithmetic. */
        OPTIMIZED
    }

    /** A graph made ready to run; safe to use from several threads. */
    interface Session extends AutoCloseable {
        /**
         * Runs the graph.
         *
         * @param inputs one tensor per required input, by name
         * @return the graph's outputs by name
         */
        Map<String, Tensor> run(Map<String, Tensor> inputs);

        @Override
        void close();
    }

    /** Makes a graph ready to run with {@code threads} threads per run. */
    Session open(Graph graph, Mode mode, int threads);

    /** Element type and shape of every value that the engine can infer, by name. */
    Map<String, TensorType> inferTypes(Graph graph);
}
