package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.tensor.Carried;
import dev.octavo.core.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the reader leaves on the elements of a graph, for the writer to write them back exactly. */
final class Originals {
    private Originals() {}

    /**
     * The model without what the graph itself holds.
     *
     * @param shell the model; its graph has no nodes, initializers, inputs, outputs, value infos
     * @param initializers names of the initializers in file order
     * @param infos the value infos in file order
     * @param data where the model's external data lies
     */
    record OfModel(ModelProto shell, List<String> initializers, List<Info> infos, ExternalData data)
            implements Carried {
        OfModel {
            initializers = List.copyOf(initializers);
            infos = List.copyOf(infos);
        }
    }

    /**
     * One entry of the value info list.
     *
     * @param name the value that it describes
     * @param stray the entry itself when it describes no value of the graph, or repeats another entry
     */
    record Info(String name, Optional<ValueInfoProto> stray) {}

    /**
     * The descriptions of one value.
     *
     * @param seen the value's type when the model was read
     * @param tensor the initializer without its data; whole when Octavo cannot interpret it
     */
    record OfValue(
            Optional<ValueInfoProto> input,
            Optional<ValueInfoProto> output,
            Optional<ValueInfoProto> info,
            Optional<TensorProto> tensor,
            boolean opaque,
            Optional<TensorType> seen)
            implements Carried {}

    /**
     * A node.
     *
     * @param attributes the attributes as the graph got them; one that is still there goes out as it came
     */
    record OfNode(NodeProto proto, Map<String, Attribute> attributes) implements Carried {}

    /** A tensor as the file holds it: raw bytes, typed fields, or a reference to external data. */
    record OfTensor(TensorProto proto) implements Carried {
        boolean isExternal() {
            return ExternalData.isExternal(proto);
        }
    }

    /**
     * An attribute that Octavo does not interpret.
     *
     * @param data where tensors inside it that are stored externally lie
     */
    record OfAttribute(AttributeProto proto, ExternalData data) implements Carried {}
}
