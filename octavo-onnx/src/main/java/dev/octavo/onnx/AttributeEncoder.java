package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.octavo.core.graph.Attribute;

/** Attributes to attribute protos. */
final class AttributeEncoder {
    private final TensorEncoder tensors;

    AttributeEncoder(TensorEncoder tensors) {
        this.tensors = tensors;
    }

    /** The attribute, with what {@code shell} says beside its value: comments, fields of a later ONNX. */
    AttributeProto encode(String key, Attribute attribute, AttributeProto shell) {
        AttributeProto.Builder b = shell.toBuilder().setName(key);
        if (attribute instanceof Attribute.Int a) {
            b.setType(AttributeType.INT).setI(a.value());
        } else if (attribute instanceof Attribute.Real a) {
            b.setType(AttributeType.FLOAT).setF(a.value());
        } else if (attribute instanceof Attribute.Text a) {
            b.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(a.value()));
        } else if (attribute instanceof Attribute.Ints a) {
            b.setType(AttributeType.INTS).addAllInts(a.values());
        } else if (attribute instanceof Attribute.Reals a) {
            b.setType(AttributeType.FLOATS).addAllFloats(a.values());
        } else if (attribute instanceof Attribute.Texts a) {
            b.setType(AttributeType.STRINGS);
            a.values().forEach(text -> b.addStrings(ByteString.copyFromUtf8(text)));
        } else if (attribute instanceof Attribute.Dense a) {
            b.setType(AttributeType.TENSOR).setT(tensors.encode(a.value(), TensorProto.getDefaultInstance()));
        } else if (attribute instanceof Attribute.Foreign a) {
            return foreign(key, a);
        }
        return b.build();
    }

    private AttributeProto foreign(String key, Attribute.Foreign attribute) {
        if (!(attribute.carried() instanceof Originals.OfAttribute original)) {
            throw new IllegalArgumentException("the attribute " + key + " came from another codec");
        }
        AttributeProto proto = relocate(original.proto(), original.data());
        return proto.getName().equals(key)
                ? proto
                : proto.toBuilder().setName(key).build();
    }

    /** The message with the tensors inside it that lie in external data put where this model wants them. */
    <M extends Message> M relocate(M message, ExternalData data) {
        return ExternalData.replaceIn(
                message,
                t -> data.decode(t)
                        .map(tensor -> tensors.encode(tensor, TensorProto.getDefaultInstance()))
                        .orElse(t));
    }

    /** What is left of an attribute proto when its value is taken away. */
    static AttributeProto withoutValue(AttributeProto a) {
        AttributeProto.Builder b = AttributeProto.newBuilder().setUnknownFields(a.getUnknownFields());
        if (a.hasDocString()) {
            b.setDocStringBytes(a.getDocStringBytes());
        }
        return b.build();
    }
}
