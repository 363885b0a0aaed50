package dev.octavo.core.graph;

import dev.octavo.core.tensor.Carried;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operation: type, domain, inputs (some optional and absent), outputs, attributes. Changed only
 * through its graph. Nodes of types that Octavo does not know are carried as they are.
 */
public final class Node {
    private final String type;
    private final String domain;
    final List<@Nullable Value> inputs = new ArrayList<>();
    final List<@Nullable Value> outputs = new ArrayList<>();
    final Map<String, Attribute> attributes = new LinkedHashMap<>();

    @Nullable
    Carried carried;

    String name;
    boolean attributesChanged;

    Node(String name, String type, String domain) {
        this.name = name;
        this.type = type;
        this.domain = domain.equals("ai.onnx") ? "" : domain;
    }

    /** The name; may be empty and need not be unique in a file ({@link #label} always tells it). */
    public String name() {
        return name;
    }

    /** The operator, such as {@code Conv}. */
    public String type() {
        return type;
    }

    /** The operator's domain, empty for ONNX's own. */
    public String domain() {
        return domain;
    }

    /** Whether this is ONNX's own operator of that name. */
    public boolean is(String onnxType) {
        return domain.isEmpty() && type.equals(onnxType);
    }

    /** What to call this node in a message: its name, or its type and first output. */
    public String label() {
        return name.isEmpty()
                ? type + "("
                        + presentOutputs().stream().findFirst().map(Value::name).orElse("") + ")"
                : name;
    }

    /** Number of input places, absent ones included. */
    public int inputCount() {
        return inputs.size();
    }

    /** The value at input {@code i}; empty when the input is absent or the place does not exist. */
    public Optional<Value> input(int i) {
        return i < 0 || i >= inputs.size() ? Optional.empty() : Optional.ofNullable(inputs.get(i));
    }

    /** The inputs, absent ones empty. */
    public List<Optional<Value>> inputs() {
        return inputs.stream().map(v -> Optional.<Value>ofNullable(v)).toList();
    }

    /** The inputs that are present, in order. */
    public List<Value> presentInputs() {
        List<Value> present = new ArrayList<>();
        for (Value v : inputs) {
            if (v != null) {
                present.add(v);
            }
        }
        return present;
    }

    /** The output of a node that has exactly one, or the first that is asked for. */
    public Value output() {
        for (Value v : outputs) {
            if (v != null) {
                return v;
            }
        }
        throw new IllegalStateException(label() + " has no output");
    }

    /** Number of output places, absent ones included. */
    public int outputCount() {
        return outputs.size();
    }

    /** The value at output {@code i}; empty when it is not asked for. */
    public Optional<Value> output(int i) {
        return i < 0 || i >= outputs.size() ? Optional.empty() : Optional.ofNullable(outputs.get(i));
    }

    /** The outputs that are present, in order. */
    public List<Value> presentOutputs() {
        List<Value> present = new ArrayList<>();
        for (Value v : outputs) {
            if (v != null) {
                present.add(v);
            }
        }
        return present;
    }

    /** The attributes in file order; for one attribute prefer the typed view of the operator. */
    public Map<String, Attribute> attributes() {
        return Collections.unmodifiableMap(attributes);
    }

    /** The attribute of that name. */
    public Optional<Attribute> attribute(String key) {
        return Optional.ofNullable(attributes.get(key));
    }

    /** Names of outer values that subgraphs of this node read. */
    public Set<String> captures() {
        Set<String> names = new LinkedHashSet<>();
        for (Attribute a : attributes.values()) {
            if (a instanceof Attribute.Foreign f) {
                names.addAll(f.captures());
            }
        }
        return names;
    }

    /** What a codec left here. */
    public Optional<Carried> carried() {
        return Optional.ofNullable(carried);
    }

    /** Whether the attributes differ from those that the codec read. */
    public boolean attributesChanged() {
        return attributesChanged;
    }

    @Override
    public String toString() {
        return type + " " + label();
    }
}
