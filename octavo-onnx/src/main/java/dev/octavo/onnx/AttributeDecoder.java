package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import dev.octavo.core.graph.Attribute;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Attribute protos to attributes. */
final class AttributeDecoder {
    private final Broken broken;
    private final ExternalData data;
    private final TensorDecoder tensors;

    AttributeDecoder(Broken broken, ExternalData data) {
        this.broken = broken;
        this.data = data;
        this.tensors = new TensorDecoder(broken, data);
    }

    /** The attributes of a node, in file order. */
    Map<String, Attribute> decode(NodeProto node, String label) {
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        for (AttributeProto a : node.getAttributeList()) {
            if (attributes.put(a.getName(), decode(a)) != null) {
                throw broken.because(
                        "the node " + label + " has the attribute " + Broken.quoted(a.getName()) + " twice");
            }
        }
        return attributes;
    }

    private Attribute decode(AttributeProto a) {
        if (!a.getRefAttrName().isEmpty()) {
            return foreign(a);
        }
        return switch (kind(a)) {
            case INT -> new Attribute.Int(a.getI());
            case FLOAT -> new Attribute.Real(a.getF());
            case STRING -> a.getS().isValidUtf8() ? new Attribute.Text(a.getS().toStringUtf8()) : foreign(a);
            case INTS -> new Attribute.Ints(a.getIntsList());
            case FLOATS -> new Attribute.Reals(a.getFloatsList());
            case STRINGS -> texts(a);
            case TENSOR ->
                a.hasT()
                        ? tensors.decode(a.getT())
                                .<Attribute>map(Attribute.Dense::new)
                                .orElseGet(() -> foreign(a))
                        : foreign(a);
            default -> foreign(a);
        };
    }

    // Files before IR version 2 state no kind: the field that is set tells it.
    private static AttributeType kind(AttributeProto a) {
        boolean laterKind = a.getUnknownFields().hasField(AttributeProto.TYPE_FIELD_NUMBER);
        if (a.getType() != AttributeType.UNDEFINED || laterKind) {
            return a.getType();
        }
        if (a.hasI()) {
            return AttributeType.INT;
        } else if (a.hasF()) {
            return AttributeType.FLOAT;
        } else if (a.hasS()) {
            return AttributeType.STRING;
        } else if (a.hasT()) {
            return AttributeType.TENSOR;
        } else if (a.getIntsCount() > 0) {
            return AttributeType.INTS;
        } else if (a.getFloatsCount() > 0) {
            return AttributeType.FLOATS;
        } else if (a.getStringsCount() > 0) {
            return AttributeType.STRINGS;
        }
        return AttributeType.UNDEFINED;
    }

    private Attribute texts(AttributeProto a) {
        List<ByteString> strings = a.getStringsList();
        return strings.stream().allMatch(ByteString::isValidUtf8)
                ? new Attribute.Texts(
                        strings.stream().map(ByteString::toStringUtf8).toList())
                : foreign(a);
    }

    private Attribute foreign(AttributeProto a) {
        // An invalid tensor in a subgraph is refused now, not when it is written.
        ExternalData.forEachTensor(a, tensors::decode);
        Set<String> captures = new LinkedHashSet<>();
        if (a.hasG()) {
            captures.addAll(captures(a.getG()));
        }
        a.getGraphsList().forEach(g -> captures.addAll(captures(g)));
        return new Attribute.Foreign(new Originals.OfAttribute(a, data), captures);
    }

    /** The names that a subgraph, or one nested in it, reads and that it does not define. */
    static Set<String> captures(GraphProto g) {
        Set<String> read = new LinkedHashSet<>();
        Set<String> defined = new HashSet<>();
        g.getInputList().forEach(v -> defined.add(v.getName()));
        g.getInitializerList().forEach(t -> defined.add(t.getName()));
        g.getSparseInitializerList().forEach(t -> defined.add(t.getValues().getName()));
        for (NodeProto n : g.getNodeList()) {
            defined.addAll(n.getOutputList());
            read.addAll(n.getInputList());
            for (AttributeProto a : n.getAttributeList()) {
                if (a.hasG()) {
                    read.addAll(captures(a.getG()));
                }
                a.getGraphsList().forEach(inner -> read.addAll(captures(inner)));
            }
        }
        g.getOutputList().forEach(v -> read.add(v.getName()));
        read.removeAll(defined);
        read.remove("");
        return read;
    }
}
