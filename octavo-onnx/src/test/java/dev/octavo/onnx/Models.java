package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorAnnotation;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.octavo.core.graph.Graph;
import java.util.List;
import java.util.Optional;

/** Model protos for the tests, made by hand. */
final class Models {
    private static final int FIELD_OF_A_LATER_ONNX = 999;

    private Models() {}

    static Graph read(Message model) {
        return OnnxReader.read(model.toByteArray(), Optional.empty());
    }

    /** {@code x -> Relu -> y} with opset 17. */
    static ModelProto.Builder small() {
        return model(GraphProto.newBuilder()
                .setName("small")
                .addNode(node("Relu", "x", "y"))
                .addInput(info("x", "batch", "8"))
                .addOutput(info("y", "batch", "8")));
    }

    static ModelProto.Builder model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph);
    }

    static NodeProto.Builder node(String type, String input, String output) {
        return NodeProto.newBuilder().setOpType(type).addInput(input).addOutput(output);
    }

    /** A value of floats; a dim that is no number is symbolic. */
    static ValueInfoProto.Builder info(String name, String... dims) {
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(1);
        for (String dim : dims) {
            tensor.getShapeBuilder()
                    .addDim(
                            dim.matches("-?\\d+")
                                    ? Dimension.newBuilder().setDimValue(Long.parseLong(dim))
                                    : Dimension.newBuilder().setDimParam(dim));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor));
    }

    static TensorProto.Builder tensor(String name, int dtype, long... dims) {
        TensorProto.Builder t = TensorProto.newBuilder().setName(name).setDataType(dtype);
        for (long d : dims) {
            t.addDims(d);
        }
        return t;
    }

    static TensorProto.Builder raw(String name, int dtype, int bytes, long... dims) {
        return tensor(name, dtype, dims).setRawData(ByteString.copyFrom(new byte[bytes]));
    }

    static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    static AttributeProto.Builder attribute(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    /** A model with everything that a file may hold, most of it nothing that Octavo models. */
    static ModelProto withEverything() {
        GraphProto.Builder g = GraphProto.newBuilder()
                .setName("everything")
                .setDocString("a graph")
                .addInput(info("x", "batch", "2").setDocString("the input"))
                .addInput(info("w", "2"))
                .addInput(ValueInfoProto.newBuilder().setName("untyped"))
                .addOutput(info("y", "batch", "2"))
                .addOutput(info("z"))
                .addValueInfo(info("hidden", "batch", "-1"))
                .addValueInfo(info("nobody", "3"))
                .addValueInfo(info("hidden", "again"))
                .addNode(branching())
                .addNode(kinds())
                .addNode(node("Add", "w", "z").addInput("").addInput("later").addInput("sparse"))
                .addSparseInitializer(SparseTensorProto.newBuilder()
                        .setValues(raw("sparse", 1, 4, 1))
                        .setIndices(raw("", 7, 8, 1))
                        .addDims(5))
                .addQuantizationAnnotation(TensorAnnotation.newBuilder()
                        .setTensorName("x")
                        .addQuantParameterTensorNames(entry("SCALE_TENSOR", "w")));
        addTensors(g);
        return model(g).setProducerName("somebody")
                .setProducerVersion("1.2")
                .setDomain("org.example")
                .setModelVersion(3)
                .setDocString("a model")
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("my.domain").setVersion(2))
                .addMetadataProps(entry("b", "1"))
                .addMetadataProps(entry("a", "2"))
                .addTrainingInfo(TrainingInfoProto.newBuilder().addUpdateBinding(entry("w", "y")))
                .addFunctions(FunctionProto.newBuilder()
                        .setName("Kinds")
                        .setDomain("my.domain")
                        .addInput("p")
                        .addOutput("q")
                        .addNode(node("Relu", "p", "q")))
                .build();
    }

    private static NodeProto.Builder branching() {
        GraphProto.Builder inner = GraphProto.newBuilder()
                .setName("inner")
                .addNode(node("Add", "x", "sum").addInput("w"))
                .addOutput(info("sum"));
        return node("If", "x", "hidden")
                .setName("branch")
                .setDocString("a node")
                .addAttribute(attribute("then_branch", AttributeType.GRAPH)
                        .setG(inner)
                        .setDocString("then"))
                .addAttribute(attribute("else_branch", AttributeType.GRAPH).setG(inner));
    }

    private static NodeProto.Builder kinds() {
        return node("Kinds", "hidden", "y")
                .setDomain("my.domain")
                .addOutput("")
                .addAttribute(attribute("f", AttributeType.FLOAT).setF(-0.0f))
                .addAttribute(attribute("i", AttributeType.INT).setI(-3).setDocString("an integer"))
                .addAttribute(attribute("s", AttributeType.STRING).setS(ByteString.copyFromUtf8("ä")))
                .addAttribute(attribute("bytes", AttributeType.STRING).setS(ByteString.copyFrom(new byte[] {-1})))
                .addAttribute(attribute("t", AttributeType.TENSOR).setT(raw("inside", 1, 8, 2)))
                .addAttribute(attribute("later", AttributeType.TENSOR).setT(raw("", 77, 3, 2)))
                .addAttribute(attribute("floats", AttributeType.FLOATS)
                        .addFloats(Float.NaN)
                        .addFloats(1))
                .addAttribute(attribute("ints", AttributeType.INTS).addInts(1))
                .addAttribute(attribute("none", AttributeType.INTS))
                .addAttribute(attribute("strings", AttributeType.STRINGS).addStrings(ByteString.copyFromUtf8("a")))
                .addAttribute(attribute("tensors", AttributeType.TENSORS).addTensors(raw("", 1, 4)))
                .addAttribute(attribute("graphs", AttributeType.GRAPHS)
                        .addGraphs(GraphProto.newBuilder().addOutput(info("w"))))
                .addAttribute(attribute("type", AttributeType.TYPE_PROTO)
                        .setTp(info("", "2").getType()))
                .addAttribute(attribute("reference", AttributeType.INT).setRefAttrName("outer"))
                .addAttribute(AttributeProto.newBuilder().setName("old").setI(4))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("future")
                        .setUnknownFields(field(AttributeProto.TYPE_FIELD_NUMBER)));
    }

    private static void addTensors(GraphProto.Builder g) {
        g.addInitializer(raw("w", 1, 8, 2).setDocString("a weight"));
        g.addInitializer(raw("later", 77, 3, 2));
        g.addInitializer(tensor("floats", 1, 2).addFloatData(1).addFloatData(2));
        g.addInitializer(tensor("complex", 14, 1).addFloatData(1).addFloatData(2));
        g.addInitializer(tensor("bytes", 3, 2).addInt32Data(-1).addInt32Data(2));
        g.addInitializer(tensor("halves", 10, 2).addInt32Data(0x3c00).addInt32Data(0xbc00));
        g.addInitializer(tensor("nibbles", 22, 3).addInt32Data(0x21).addInt32Data(0x3));
        g.addInitializer(tensor("ints", 6, 1).addInt32Data(7));
        g.addInitializer(tensor("longs", 7, 1, 1).addInt64Data(-7));
        g.addInitializer(tensor("unsigned", 12, 1).addUint64Data(0xffffffffL));
        g.addInitializer(tensor("doubles", 11).addDoubleData(0.5));
        g.addInitializer(tensor("strings", 8, 2)
                .addStringData(ByteString.copyFromUtf8("a"))
                .addStringData(ByteString.copyFrom(new byte[] {-1, -2})));
        g.addInitializer(tensor("empty", 1, 0, 3));
    }

    /** The message, and every message inside it, with a field that this version of ONNX does not know. */
    @SuppressWarnings("unchecked") // a builder builds what it came from
    static <M extends Message> M withUnknownFields(M m) {
        Message.Builder b = m.toBuilder();
        m.getAllFields().forEach((field, content) -> {
            if (content instanceof Message inner) {
                b.setField(field, withUnknownFields(inner));
            } else if (content instanceof List<?> list) {
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof Message inner) {
                        b.setRepeatedField(field, i, withUnknownFields(inner));
                    }
                }
            }
        });
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder(m.getUnknownFields())
                .mergeFrom(field(FIELD_OF_A_LATER_ONNX))
                .build();
        return (M) b.setUnknownFields(unknown).build();
    }

    private static UnknownFieldSet field(int number) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number, UnknownFieldSet.Field.newBuilder().addVarint(42).build())
                .build();
    }
}
