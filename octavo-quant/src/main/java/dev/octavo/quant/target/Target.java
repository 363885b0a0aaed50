package dev.octavo.quant.target;

import dev.octavo.core.graph.Node;
import dev.octavo.core.tensor.TensorType;
import java.util.Map;
import java.util.Optional;

/** A runtime that executes Q/DQ graphs, and what it really does in integers. */
public interface Target {
    /** The name in recipes. */
    String name();

    /**
     * Why the runtime would not run a group in integers even with all its inputs and outputs quantized;
     * empty if it does.
     *
     * @param types element types and shapes by value name
     */
    Optional<String> obstacle(Group group, Map<String, TensorType> types);

    /** Whether the node's result may stay in float although the node runs in integers. */
    boolean givesFloat(Node node);
}
