package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One model proto to a graph. Checks whatever the graph takes for granted. */
final class GraphDecoder {
    private final Broken broken;
    private final ExternalData data;
    private final TensorDecoder tensors;
    private final GraphProto from;
    private final Graph graph;
    private final Map<String, ValueInfoProto> inputs = new HashMap<>();
    private final Map<String, ValueInfoProto> outputs = new HashMap<>();
    private final Map<String, ValueInfoProto> infos = new HashMap<>();
    private final Map<String, TensorProto> initializers = new HashMap<>();

    GraphDecoder(Broken broken, ExternalData data, GraphProto from) {
        this.broken = broken;
        this.data = data;
        this.tensors = new TensorDecoder(broken, data);
        this.from = from;
        this.graph = new Graph(from.getName());
    }

    Graph decode(ModelProto model) {
        model.getOpsetImportList().forEach(o -> graph.setOpset(o.getDomain(), o.getVersion()));
        for (StringStringEntryProto e : model.getMetadataPropsList()) {
            graph.putMetadata(e.getKey(), e.getValue());
        }
        addInputs();
        addInitializers();
        addNodes();
        addOutputs();
        List<Originals.Info> order = indexInfos();
        graph.values().forEach(this::describe);
        graph.setCarried(new Originals.OfModel(shell(model), initializerOrder(), order, data));
        return graph;
    }

    private void addInputs() {
        for (ValueInfoProto in : from.getInputList()) {
            String name = newName(in.getName(), in.getNameBytes(), "the input");
            inputs.put(name, in);
            graph.addInput(name, null);
        }
    }

    private void addInitializers() {
        for (TensorProto t : from.getInitializerList()) {
            String name = t.getName();
            if (initializers.put(name, t) != null) {
                throw twice(name, "an initializer");
            }
            if (!inputs.containsKey(name)) {
                newName(name, t.getNameBytes(), "the initializer");
            }
            Optional<Tensor> tensor = tensors.decode(t);
            if (tensor.isPresent()) {
                graph.addConstant(name, tensor.get());
            } else {
                graph.addOpaqueConstant(name, new Originals.OfTensor(t));
            }
        }
        for (SparseTensorProto s : from.getSparseInitializerList()) {
            String name = s.getValues().getName();
            if (!inputs.containsKey(name)) {
                newName(name, s.getValues().getNameBytes(), "the sparse initializer");
            }
            graph.addOpaqueConstant(name, new Originals.OfTensor(TensorProto.getDefaultInstance()));
        }
    }

    private void addNodes() {
        AttributeDecoder attributes = new AttributeDecoder(broken, data);
        List<NodeSpec> specs = new ArrayList<>();
        List<Set<String>> reads = new ArrayList<>();
        Set<String> made = new HashSet<>();
        for (int i = 0; i < from.getNodeCount(); i++) {
            NodeProto n = from.getNode(i);
            String label = label(n, i);
            if (n.getOpType().isEmpty()) {
                throw broken.because("the node " + label + " has no operator type");
            }
            Map<String, Attribute> decoded = attributes.decode(n, label);
            specs.add(spec(n, decoded));
            Set<String> read = new HashSet<>(n.getInputList());
            for (Attribute a : decoded.values()) {
                if (a instanceof Attribute.Foreign f) {
                    read.addAll(f.captures());
                }
            }
            read.remove("");
            reads.add(read);
            for (int k = 0; k < n.getOutputCount(); k++) {
                String out = n.getOutput(k);
                if (!out.isEmpty()) {
                    newName(out, n.getOutputBytes(k), "the output of node " + label + ",");
                    if (!made.add(out)) {
                        throw twice(out, "the output of node " + label);
                    }
                }
            }
        }
        for (int i : new NodeOrder(broken, graph, specs, reads).sorted()) {
            graph.addNode(specs.get(i));
        }
    }

    private static NodeSpec spec(NodeProto n, Map<String, Attribute> attributes) {
        NodeSpec spec = NodeSpec.of(n.getOpType(), n.getName())
                .domain(n.getDomain())
                .inputs(n.getInputList())
                .outputs(n.getOutputList())
                .carrying(new Originals.OfNode(n, Map.copyOf(attributes)));
        attributes.forEach(spec::attribute);
        return spec;
    }

    private static String label(NodeProto n, int index) {
        String name = n.getName().isEmpty() ? "#" + index : Broken.quoted(n.getName());
        return name + " (" + n.getOpType() + ")";
    }

    private void addOutputs() {
        for (ValueInfoProto out : from.getOutputList()) {
            String name = out.getName();
            Value v = graph.value(name)
                    .orElseThrow(() -> broken.because(
                            "the output " + Broken.quoted(name) + " of the graph is computed by no node"));
            if (outputs.put(name, out) != null) {
                throw twice(name, "an output of the graph");
            }
            graph.addOutput(v);
        }
        if (from.getOutputCount() == 0) {
            throw broken.because("the graph has no outputs");
        }
    }

    private List<Originals.Info> indexInfos() {
        List<Originals.Info> order = new ArrayList<>();
        for (ValueInfoProto info : from.getValueInfoList()) {
            boolean stray = graph.value(info.getName()).isEmpty() || infos.containsKey(info.getName());
            order.add(new Originals.Info(info.getName(), stray ? Optional.of(info) : Optional.empty()));
            if (!stray) {
                infos.put(info.getName(), info);
            }
        }
        return order;
    }

    private void describe(Value v) {
        Optional<ValueInfoProto> input = Optional.ofNullable(inputs.get(v.name()));
        Optional<ValueInfoProto> output = Optional.ofNullable(outputs.get(v.name()));
        Optional<ValueInfoProto> info = Optional.ofNullable(infos.get(v.name()));
        Optional<TensorProto> initializer = Optional.ofNullable(initializers.get(v.name()));
        boolean opaque = v.carried().isPresent();
        input.flatMap(Types::of)
                .or(() -> output.flatMap(Types::of))
                .or(() -> info.flatMap(Types::of))
                .ifPresent(t -> graph.setType(v, t));
        if (opaque || input.isPresent() || output.isPresent() || info.isPresent() || initializer.isPresent()) {
            Optional<TensorProto> kept = opaque ? initializer : initializer.map(TensorEncoder::withoutData);
            graph.setCarried(v, new Originals.OfValue(input, output, info, kept, opaque, v.type()));
        }
    }

    private List<String> initializerOrder() {
        return from.getInitializerList().stream().map(TensorProto::getName).toList();
    }

    private ModelProto shell(ModelProto model) {
        GraphProto bare = from.toBuilder()
                .clearNode()
                .clearInitializer()
                .clearInput()
                .clearOutput()
                .clearValueInfo()
                .build();
        ModelProto shell = model.toBuilder().setGraph(bare).build();
        ExternalData.forEachTensor(shell, tensors::decode);
        return shell;
    }

    private String newName(String name, ByteString bytes, String what) {
        if (name.isEmpty()) {
            throw broken.because(what + " has an empty name");
        }
        if (!bytes.isValidUtf8()) {
            throw broken.because(what + " has a name that is not UTF-8: " + Broken.quoted(name));
        }
        if (graph.value(name).isPresent()) {
            throw twice(name, what);
        }
        return name;
    }

    private ModelException twice(String name, String what) {
        return broken.because("the value " + Broken.quoted(name) + " is defined twice, the second time as " + what);
    }
}
