package dev.octavo.core.graph;

import dev.octavo.core.tensor.Carried;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that flows through a {@link Graph}: a graph input, a constant, or the output of one node.
 * Its name is fixed at birth. Changed only through its graph.
 */
public final class Value {
    private final String name;
    final List<Use> uses = new ArrayList<>();

    @Nullable
    Node producer;

    @Nullable
    Tensor constant;

    @Nullable
    TensorType type;

    @Nullable
    Carried carried;

    boolean graphInput;
    boolean graphOutput;

    Value(String name) {
        this.name = name;
    }

    /** The name, unique within the graph. */
    public String name() {
        return name;
    }

    /** The node that computes this value; empty for graph inputs and initializers. */
    public Optional<Node> producer() {
        return Optional.ofNullable(producer);
    }

    /** The readers, in the order in which the reading nodes were added. */
    public List<Use> uses() {
        return Collections.unmodifiableList(uses);
    }

    /**
     * The tensor that this value always holds: an initializer's, or that of the {@code Constant} node
     * that produces it.
     */
    public Optional<Tensor> constant() {
        if (constant == null
                && producer != null
                && producer.is("Constant")
                && producer.attribute("value").orElse(null) instanceof Attribute.Dense d) {
            return Optional.of(d.value());
        }
        return Optional.ofNullable(constant);
    }

    /** Whether an initializer (and not a node) holds the constant. */
    public boolean isInitializer() {
        return constant != null;
    }

    /** Element type and shape as far as the model states or inference found them. */
    public Optional<TensorType> type() {
        if (type == null && constant().isPresent()) {
            Tensor t = constant().get();
            return Optional.of(new TensorType(t.dtype(), t.shape()));
        }
        return Optional.ofNullable(type);
    }

    /** Whether the graph takes this value from outside. */
    public boolean isGraphInput() {
        return graphInput;
    }

    /** Whether the graph gives this value to the outside. */
    public boolean isGraphOutput() {
        return graphOutput;
    }

    /** Whether some subgraph reads this value by name. */
    public boolean isCaptured() {
        return uses.stream().anyMatch(Use::isCaptured);
    }

    /** What a codec left here. */
    public Optional<Carried> carried() {
        return Optional.ofNullable(carried);
    }

    @Override
    public String toString() {
        return name;
    }
}
