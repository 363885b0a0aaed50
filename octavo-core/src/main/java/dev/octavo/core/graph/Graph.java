package dev.octavo.core.graph;

import dev.octavo.core.tensor.Carried;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A float network as ONNX describes it: nodes in topological order over named values with use-def
 * chains. Mutable and fenced: every edit goes through this class, which keeps the chains right and
 * counts the edits; {@link #freeze} ends editing. Not safe for concurrent edits; a frozen graph is
 * safe to read from any thread.
 */
public final class Graph {
    /*
     * Invariants
     * 1. v.uses() holds (n, i) exactly when n.input(i) is v, and (n, CAPTURED) exactly when n.captures() names v.
     * 2. v.producer() is n exactly when n lists v as an output; a value has one producer, or is an initializer, or an input.
     * 3. nodes() is topologically ordered: whatever a node reads comes from before it.
     */
    private final String name;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final List<Value> inputs = new ArrayList<>();
    private final List<Value> outputs = new ArrayList<>();
    private final Map<String, Long> opsets = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private @Nullable Carried carried;
    private long version;
    private boolean frozen;

    public Graph(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** Number of edits so far; derived data that carries it can tell when it is stale. */
    public long version() {
        return version;
    }

    /** The nodes in topological order; a snapshot, safe to iterate while editing. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** All values, in order of first mention; a snapshot. */
    public List<Value> values() {
        return List.copyOf(values.values());
    }

    /** The graph's inputs, initializers that a caller may override included. */
    public List<Value> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    /** The inputs that a caller must feed: those without a default. */
    public List<Value> requiredInputs() {
        return inputs.stream().filter(v -> v.constant == null).toList();
    }

    public List<Value> outputs() {
        return Collections.unmodifiableList(outputs);
    }

    /** The value of that name. */
    public Optional<Value> value(String valueName) {
        return Optional.ofNullable(values.get(valueName));
    }

    /** The value of that name, which must exist. */
    public Value require(String valueName) {
        Value v = values.get(valueName);
        if (v == null) {
            throw new IllegalArgumentException("the graph " + name + " has no value '" + valueName + "'");
        }
        return v;
    }

    /** Operator set versions by domain; ONNX's own domain is the empty string. */
    public Map<String, Long> opsets() {
        return Collections.unmodifiableMap(opsets);
    }

    /** The version of ONNX's own operators, 1 if the model states none. */
    public long opset() {
        return opsets.getOrDefault("", 1L);
    }

    /** The model's metadata, key to text. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** What a codec left here for the model as a whole. */
    public Optional<Carried> carried() {
        return Optional.ofNullable(carried);
    }

    // ---- edits ----

    /** Ends editing for good and returns this. */
    public Graph freeze() {
        frozen = true;
        return this;
    }

    public boolean isFrozen() {
        return frozen;
    }

    public void setCarried(Carried codecForm) {
        edit();
        carried = codecForm;
    }

    public void setOpset(String domain, long versionNumber) {
        edit();
        opsets.put(domain.equals("ai.onnx") ? "" : domain, versionNumber);
    }

    public void putMetadata(String key, String text) {
        edit();
        metadata.put(key, text);
    }

    public void removeMetadata(String key) {
        edit();
        metadata.remove(key);
    }

    /** Declares a graph input. */
    public Value addInput(String valueName, @Nullable TensorType type) {
        edit();
        Value v = fresh(valueName);
        v.type = type;
        v.graphInput = true;
        inputs.add(v);
        return v;
    }

    /** Adds an initializer, or gives an existing graph input a default. */
    public Value addConstant(String valueName, Tensor tensor) {
        edit();
        Value existing = values.get(valueName);
        Value v = existing != null && existing.graphInput && existing.constant == null ? existing : fresh(valueName);
        v.constant = tensor;
        return v;
    }

    /**
     * Adds a constant that only the codec can interpret (sparse, or of an element type of a later
     * ONNX): it has neither producer nor tensor, and the codec writes it back.
     */
    public Value addOpaqueConstant(String valueName, Carried codecForm) {
        edit();
        Value existing = values.get(valueName);
        Value v = existing != null && existing.graphInput ? existing : fresh(valueName);
        v.carried = codecForm;
        return v;
    }

    /** Replaces the tensor of an initializer or of a {@code Constant} node. */
    public void replaceConstant(Value v, Tensor tensor) {
        edit();
        if (v.constant != null) {
            v.constant = tensor;
        } else if (v.producer != null && v.constant().isPresent()) {
            v.producer.attributes.put("value", new Attribute.Dense(tensor));
            v.producer.attributesChanged = true;
        } else {
            throw new IllegalArgumentException(v.name() + " is not a constant");
        }
        v.type = null;
    }

    /** States element type and shape of a value. */
    public void setType(Value v, TensorType type) {
        edit();
        v.type = type;
    }

    /** Keeps a codec's form of a value's description. */
    public void setCarried(Value v, Carried codecForm) {
        edit();
        v.carried = codecForm;
    }

    /** Makes a value an output of the graph. */
    public void addOutput(Value v) {
        edit();
        v.graphOutput = true;
        outputs.add(v);
    }

    /** Puts {@code replacement} in the place of a graph output; the names then differ from before. */
    public void replaceOutput(Value old, Value replacement) {
        edit();
        Collections.replaceAll(outputs, old, replacement);
        old.graphOutput = false;
        replacement.graphOutput = true;
    }

    /** Appends a node; the values it reads must exist, those it writes must be new. */
    public Node addNode(NodeSpec spec) {
        return insertNode(nodes.size(), spec);
    }

    /** Inserts a node before another. */
    public Node insertBefore(Node anchor, NodeSpec spec) {
        return insertNode(indexOf(anchor), spec);
    }

    /** Inserts a node directly after another. */
    public Node insertAfter(Node anchor, NodeSpec spec) {
        return insertNode(indexOf(anchor) + 1, spec);
    }

    private Node insertNode(int at, NodeSpec spec) {
        edit();
        Node n = new Node(spec.name, spec.type, spec.domain);
        n.attributes.putAll(spec.attributes);
        n.carried = spec.carried;
        // First whatever can fail, so that a node that cannot be added leaves no trace.
        spec.inputs.forEach(in -> n.inputs.add(in.isEmpty() ? null : require(in)));
        requireNew(spec.outputs);
        for (int i = 0; i < n.inputs.size(); i++) {
            Value v = n.inputs.get(i);
            if (v != null) {
                v.uses.add(new Use(n, i));
            }
        }
        for (String captured : n.captures()) {
            Value v = values.get(captured);
            if (v != null) {
                v.uses.add(new Use(n, Use.CAPTURED));
            }
        }
        for (String out : spec.outputs) {
            Value v = out.isEmpty() ? null : fresh(out);
            n.outputs.add(v);
            if (v != null) {
                v.producer = n;
            }
        }
        nodes.add(at, n);
        return n;
    }

    private void requireNew(List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String out : names) {
            if (!out.isEmpty() && (values.containsKey(out) || !seen.add(out))) {
                throw new IllegalArgumentException("the value '" + out + "' exists already in graph " + name);
            }
        }
    }

    /** Makes input {@code i} of a node read another value ({@code null}: absent). */
    public void setInput(Node n, int i, @Nullable Value v) {
        edit();
        while (n.inputs.size() <= i) {
            n.inputs.add(null);
        }
        Value old = n.inputs.set(i, v);
        if (old != null) {
            old.uses.remove(new Use(n, i));
        }
        if (v != null) {
            v.uses.add(new Use(n, i));
        }
    }

    /** Gives a node another name. */
    public void rename(Node n, String nodeName) {
        edit();
        n.name = nodeName;
    }

    /** Adds or replaces an attribute of a node. */
    public void setAttribute(Node n, String key, Attribute value) {
        edit();
        n.attributes.put(key, value);
        n.attributesChanged = true;
    }

    /**
     * Makes every reader of {@code old} read {@code replacement} instead. Graph outputs and readers
     * inside subgraphs go by name and are not moved: refuses when {@code old} has such readers.
     */
    public void replaceAllUses(Value old, Value replacement) {
        if (old.isCaptured()) {
            throw new IllegalArgumentException(old.name() + " is read inside a subgraph and cannot be replaced");
        }
        for (Use u : List.copyOf(old.uses)) {
            setInput(u.node(), u.input(), replacement);
        }
    }

    /** Removes a node whose outputs nobody reads, with its output values. */
    public void remove(Node n) {
        edit();
        for (Value out : n.presentOutputs()) {
            if (!out.uses.isEmpty() || out.graphOutput) {
                throw new IllegalStateException(
                        "cannot remove " + n.label() + ": its output " + out.name() + " is still read");
            }
        }
        forgetUsesBy(n);
        for (Value out : n.presentOutputs()) {
            values.remove(out.name());
        }
        nodes.remove(indexOf(n));
    }

    /** Removes a node and lets another take over its single output value, name and readers included. */
    public void takeOverOutput(Node removed, Node heir) {
        edit();
        Value kept = removed.output();
        Value dropped = heir.output();
        if (dropped.graphOutput || dropped.uses.stream().anyMatch(u -> u.node() != removed)) {
            throw new IllegalStateException(dropped.name() + " has readers besides " + removed.label());
        }
        removed.outputs.set(0, null);
        heir.outputs.set(0, kept);
        kept.producer = heir;
        dropped.producer = null;
        dropped.uses.clear();
        forgetUsesBy(removed);
        values.remove(dropped.name());
        nodes.remove(indexOf(removed));
    }

    /** Removes initializers that nobody reads, and returns how many. */
    public int removeUnusedConstants() {
        edit();
        List<Value> dead = values.values().stream()
                .filter(v -> v.constant != null && v.uses.isEmpty() && !v.graphOutput && !v.graphInput)
                .toList();
        dead.forEach(v -> values.remove(v.name()));
        return dead.size();
    }

    /** A name that no value has yet, beginning with {@code stem}. */
    public String freshName(String stem) {
        String candidate = stem;
        for (int i = 2; values.containsKey(candidate); i++) {
            candidate = stem + "_" + i;
        }
        return candidate;
    }

    /** An editable copy with its own nodes and values; the immutable tensors are shared. */
    public Graph copy() {
        Graph g = new Graph(name);
        g.opsets.putAll(opsets);
        g.metadata.putAll(metadata);
        g.carried = carried;
        Map<Value, Value> twin = new HashMap<>();
        for (Value v : values.values()) {
            Value t = g.fresh(v.name());
            t.constant = v.constant;
            t.type = v.type;
            t.carried = v.carried;
            t.graphInput = v.graphInput;
            t.graphOutput = v.graphOutput;
            twin.put(v, t);
        }
        inputs.forEach(v -> g.inputs.add(g.require(v.name())));
        outputs.forEach(v -> g.outputs.add(g.require(v.name())));
        Map<Node, Node> nodeTwin = new HashMap<>();
        for (Node n : nodes) {
            Node t = new Node(n.name(), n.type(), n.domain());
            t.attributes.putAll(n.attributes);
            t.attributesChanged = n.attributesChanged;
            t.carried = n.carried;
            n.inputs.forEach(v -> t.inputs.add(v == null ? null : twin.get(v)));
            n.outputs.forEach(v -> t.outputs.add(v == null ? null : twin.get(v)));
            t.presentOutputs().forEach(v -> v.producer = t);
            nodeTwin.put(n, t);
            g.nodes.add(t);
        }
        for (Map.Entry<Value, Value> e : twin.entrySet()) {
            for (Use u : e.getKey().uses) {
                Node reader = nodeTwin.get(u.node());
                if (reader != null) {
                    e.getValue().uses.add(new Use(reader, u.input()));
                }
            }
        }
        return g;
    }

    private void forgetUsesBy(Node n) {
        for (Value in : n.presentInputs()) {
            in.uses.removeIf(u -> u.node() == n);
        }
        for (String captured : n.captures()) {
            value(captured).ifPresent(v -> v.uses.removeIf(u -> u.node() == n));
        }
    }

    private Value fresh(String valueName) {
        if (valueName.isEmpty()) {
            throw new IllegalArgumentException("a value needs a name");
        }
        Value v = new Value(valueName);
        if (values.putIfAbsent(valueName, v) != null) {
            throw new IllegalArgumentException("the value '" + valueName + "' exists already in graph " + name);
        }
        return v;
    }

    private int indexOf(Node n) {
        int i = nodes.indexOf(n);
        if (i < 0) {
            throw new IllegalArgumentException(n.label() + " is not in graph " + name);
        }
        return i;
    }

    private void edit() {
        if (frozen) {
            throw new IllegalStateException("the graph " + name + " is frozen: copy() it to edit");
        }
        version++;
    }
}
