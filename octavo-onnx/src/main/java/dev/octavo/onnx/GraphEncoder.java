package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One graph to a model proto. What was read and not changed goes out as it came; what was changed goes
 * out with the changed fields replaced.
 */
final class GraphEncoder {
    private static final String PRODUCER = "octavo";

    private final Graph graph;
    private final Optional<Originals.OfModel> original;
    private final TensorEncoder tensors;
    private final AttributeEncoder attributes;

    GraphEncoder(Graph graph, Placement placement) {
        this.graph = graph;
        this.original = graph.carried().map(c -> c instanceof Originals.OfModel m ? m : null);
        this.tensors = new TensorEncoder(placement);
        this.attributes = new AttributeEncoder(tensors);
    }

    ModelProto encode() {
        ModelProto shell = original.map(o -> attributes.relocate(o.shell(), o.data()))
                .orElseGet(
                        () -> ModelProto.newBuilder().setProducerName(PRODUCER).build());
        GraphProto.Builder g = shell.getGraph().toBuilder();
        if (!g.getName().equals(graph.name())) {
            g.setName(graph.name());
        }
        graph.nodes().forEach(n -> g.addNode(node(n)));
        addInitializers(g);
        graph.inputs().forEach(v -> g.addInput(info(v, original(v).flatMap(Originals.OfValue::input))));
        graph.outputs().forEach(v -> g.addOutput(info(v, original(v).flatMap(Originals.OfValue::output))));
        addInfos(g);
        ModelProto.Builder m = shell.toBuilder().setGraph(g);
        setOpsets(m, shell);
        setMetadata(m, shell);
        return m.build();
    }

    private NodeProto node(Node n) {
        Optional<Originals.OfNode> read = n.carried().map(c -> c instanceof Originals.OfNode o ? o : null);
        NodeProto proto = read.map(Originals.OfNode::proto).orElse(NodeProto.getDefaultInstance());
        Map<String, Attribute> before = read.map(Originals.OfNode::attributes).orElse(Map.of());
        NodeProto.Builder b = proto.toBuilder();
        List<String> inputs = names(n.inputCount(), n::input);
        if (!proto.getInputList().equals(inputs)) {
            b.clearInput().addAllInput(inputs);
        }
        List<String> outputs = names(n.outputCount(), n::output);
        if (!proto.getOutputList().equals(outputs)) {
            b.clearOutput().addAllOutput(outputs);
        }
        if (!proto.getOpType().equals(n.type())) {
            b.setOpType(n.type());
        }
        if (!proto.getName().equals(n.name())) {
            b.setName(n.name());
        }
        if (!normal(proto.getDomain()).equals(n.domain())) {
            b.setDomain(n.domain());
        }
        Map<String, AttributeProto> protos = new LinkedHashMap<>();
        proto.getAttributeList().forEach(a -> protos.put(a.getName(), a));
        b.clearAttribute();
        n.attributes().forEach((key, now) -> b.addAttribute(attribute(key, now, before.get(key), protos.get(key))));
        return b.build();
    }

    private AttributeProto attribute(
            String key, Attribute now, @Nullable Attribute before, @Nullable AttributeProto proto) {
        if (before == null || proto == null) {
            return attributes.encode(key, now, AttributeProto.getDefaultInstance());
        }
        if (now instanceof Attribute.Dense d && before instanceof Attribute.Dense) {
            // Even an unchanged tensor may have to move between the model and its data file.
            TensorProto t = tensors.encode(d.value(), TensorEncoder.withoutData(proto.getT()));
            return proto.toBuilder().setT(t).build();
        }
        if (now instanceof Attribute.Foreign || !now.equals(before)) {
            return attributes.encode(key, now, AttributeEncoder.withoutValue(proto));
        }
        return proto;
    }

    private void addInitializers(GraphProto.Builder g) {
        Set<String> done = new HashSet<>();
        for (String name : original.map(Originals.OfModel::initializers).orElse(List.of())) {
            graph.value(name)
                    .filter(v -> isInitializer(v) && done.add(name))
                    .ifPresent(v -> g.addInitializer(tensor(v)));
        }
        for (Value v : graph.values()) {
            if (isInitializer(v) && !done.contains(v.name())) {
                g.addInitializer(tensor(v));
            }
        }
    }

    private boolean isInitializer(Value v) {
        return v.isInitializer()
                || original(v).map(o -> o.opaque() && o.tensor().isPresent()).orElse(false);
    }

    private TensorProto tensor(Value v) {
        TensorProto shell = original(v).flatMap(Originals.OfValue::tensor).orElse(TensorProto.getDefaultInstance());
        Optional<Tensor> held = v.isInitializer() ? v.constant() : Optional.empty();
        TensorProto t = held.map(tensor -> tensors.encode(tensor, shell)).orElse(shell);
        return t.getName().equals(v.name())
                ? t
                : t.toBuilder().setName(v.name()).build();
    }

    private ValueInfoProto info(Value v, Optional<ValueInfoProto> read) {
        if (read.isEmpty()) {
            return Types.describe(v.name(), v.type());
        }
        boolean changed = !v.type().equals(original(v).flatMap(Originals.OfValue::seen));
        return changed ? Types.update(read.get(), v.type()) : read.get();
    }

    private void addInfos(GraphProto.Builder g) {
        Set<String> done = new HashSet<>();
        for (Originals.Info i : original.map(Originals.OfModel::infos).orElse(List.of())) {
            if (i.stray().isPresent()) {
                g.addValueInfo(i.stray().get());
            } else if (graph.value(i.name()).isPresent()) {
                Value v = graph.require(i.name());
                g.addValueInfo(info(v, original(v).flatMap(Originals.OfValue::info)));
            }
            done.add(i.name());
        }
        for (Value v : graph.values()) {
            Optional<TensorType> type = v.type();
            boolean inner = v.producer().isPresent()
                    && !v.isGraphOutput()
                    && v.constant().isEmpty();
            if (inner && type.isPresent() && done.add(v.name())) {
                g.addValueInfo(info(v, original(v).flatMap(Originals.OfValue::output)));
            }
        }
    }

    private void setOpsets(ModelProto.Builder m, ModelProto shell) {
        Map<String, Long> before = new LinkedHashMap<>();
        shell.getOpsetImportList().forEach(o -> before.put(normal(o.getDomain()), o.getVersion()));
        if (!before.equals(graph.opsets())) {
            m.clearOpsetImport();
            graph.opsets()
                    .forEach((domain, version) -> m.addOpsetImport(shell.getOpsetImportList().stream()
                            .filter(o -> normal(o.getDomain()).equals(domain) && o.getVersion() == version)
                            .findFirst()
                            .orElseGet(() -> OperatorSetIdProto.newBuilder()
                                    .setDomain(domain)
                                    .setVersion(version)
                                    .build())));
        }
        long needed = original.isEmpty() || !before.equals(graph.opsets()) ? IrVersions.forOpset(graph.opset()) : 0;
        if (graph.values().stream()
                .anyMatch(v ->
                        v.isInitializer() && !v.isGraphInput() && original(v).isEmpty())) {
            needed = Math.max(needed, IrVersions.INITIALIZERS_ALONE);
        }
        if (needed > shell.getIrVersion()) {
            m.setIrVersion(needed);
        }
    }

    private void setMetadata(ModelProto.Builder m, ModelProto shell) {
        Map<String, String> before = new LinkedHashMap<>();
        shell.getMetadataPropsList().forEach(e -> before.put(e.getKey(), e.getValue()));
        if (before.equals(graph.metadata())) {
            return;
        }
        m.clearMetadataProps();
        graph.metadata()
                .forEach((key, text) -> m.addMetadataProps(shell.getMetadataPropsList().stream()
                        .filter(e -> e.getKey().equals(key) && e.getValue().equals(text))
                        .findFirst()
                        .orElseGet(() -> StringStringEntryProto.newBuilder()
                                .setKey(key)
                                .setValue(text)
                                .build())));
    }

    private static Optional<Originals.OfValue> original(Value v) {
        return v.carried().map(c -> c instanceof Originals.OfValue o ? o : null);
    }

    private static List<String> names(int count, IntFunction<Optional<Value>> place) {
        return IntStream.range(0, count)
                .mapToObj(place)
                .map(v -> v.map(Value::name).orElse(""))
                .toList();
    }

    private static String normal(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }
}
