package dev.octavo.core.graph;

import dev.octavo.core.tensor.Carried;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a new node should be, by names: {@code NodeSpec.of("Conv", "conv_1").inputs("x",
 * "w").outputs("y").attribute("group", new Int(4))}. An absent optional input or output has the
 * empty name.
 */
public final class NodeSpec {
    final String type;
    final String name;
    String domain = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    final Map<String, Attribute> attributes = new LinkedHashMap<>();

    @Nullable
    Carried carried;

    private NodeSpec(String type, String name) {
        this.type = type;
        this.name = name;
    }

    /** A node of an ONNX operator. */
    public static NodeSpec of(String type, String name) {
        return new NodeSpec(type, name);
    }

    /** A copy of another node's type, name, domain, attributes and carried form, under its names. */
    public static NodeSpec like(Node node) {
        NodeSpec s = new NodeSpec(node.type(), node.name());
        s.domain = node.domain();
        node.inputs.forEach(v -> s.inputs.add(v == null ? "" : v.name()));
        node.outputs.forEach(v -> s.outputs.add(v == null ? "" : v.name()));
        s.attributes.putAll(node.attributes());
        s.carried = node.attributesChanged ? null : node.carried;
        return s;
    }

    /** Sets the operator's domain. */
    public NodeSpec domain(String domain) {
        this.domain = domain;
        return this;
    }

    /** Sets the input names. */
    public NodeSpec inputs(String... names) {
        return inputs(Arrays.asList(names));
    }

    /** Sets the input names. */
    public NodeSpec inputs(List<String> names) {
        this.inputs = new ArrayList<>(names);
        return this;
    }

    /** Sets the output names. */
    public NodeSpec outputs(String... names) {
        return outputs(Arrays.asList(names));
    }

    /** Sets the output names. */
    public NodeSpec outputs(List<String> names) {
        this.outputs = new ArrayList<>(names);
        return this;
    }

    /** The input names so far. */
    public List<String> inputNames() {
        return List.copyOf(inputs);
    }

    /** The output names so far. */
    public List<String> outputNames() {
        return List.copyOf(outputs);
    }

    /** Adds or replaces an attribute; whatever a codec carried for the attributes is void then. */
    public NodeSpec attribute(String key, Attribute value) {
        attributes.put(key, value);
        return this;
    }

    /** Keeps what a codec needs to write the node back exactly. */
    public NodeSpec carrying(Carried codecForm) {
        this.carried = codecForm;
        return this;
    }
}
