package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
    @Test
    void whatWasReadGoesOutByteForByte() {
        byte[] model = Models.withEverything().toByteArray();

        assertThat(again(model)).isEqualTo(model);
    }

    @Test
    void fieldsOfALaterOnnxSurviveOnEveryLevel() {
        byte[] model = Models.withUnknownFields(Models.withEverything()).toByteArray();

        assertThat(again(model)).isEqualTo(model);
    }

    @Test
    void aCopiedGraphGoesOutByteForByteToo() {
        byte[] model = Models.withUnknownFields(Models.withEverything()).toByteArray();

        assertThat(OnnxWriter.toBytes(OnnxReader.read(model, Optional.empty()).copy()))
                .isEqualTo(model);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
    void aNewGraphIsTheSameAfterWritingAndReading(long seed) {
        Graph graph = RandomGraphs.of(seed);
        byte[] model = OnnxWriter.toBytes(graph);
        Graph back = OnnxReader.read(model, Optional.empty());

        assertThat(Fingerprint.of(back)).isEqualTo(Fingerprint.of(graph));
        assertThat(OnnxWriter.toBytes(back)).isEqualTo(model);
    }

    @Test
    void everyStoredFormGivesItsValues() {
        Graph g = Models.read(Models.withEverything());

        assertThat(tensor(g, "floats").floats()).containsExactly(1, 2);
        assertThat(tensor(g, "bytes").codes()).containsExactly(-1, 2);
        assertThat(tensor(g, "ints").codes()).containsExactly(7);
        assertThat(tensor(g, "longs").longs()).containsExactly(-7);
        assertThat(tensor(g, "halves").storage().slice(2, 2).getShort()).isEqualTo((short) 0xbc00);
        assertThat(tensor(g, "nibbles").storage().slice(1, 1).get()).isEqualTo((byte) 3);
        assertThat(tensor(g, "unsigned").storage().slice(0, 4).getInt()).isEqualTo(-1);
        assertThat(tensor(g, "doubles").storage().slice(0, 8).getDouble()).isEqualTo(0.5);
        assertThat(tensor(g, "complex").storage().byteSize()).isEqualTo(8);
        assertThat(tensor(g, "empty").elements()).isZero();
    }

    @Test
    void whatOctavoCannotInterpretIsAValueWithoutTensor() {
        Graph g = Models.read(Models.withEverything());

        assertThat(g.require("later").constant()).isEmpty();
        assertThat(g.require("sparse").constant()).isEmpty();
        assertThat(g.require("later").uses()).hasSize(1);
    }

    @Test
    void readsAttributesOfEveryKind() {
        Node n = Models.read(Models.withEverything()).nodes().get(1);

        assertThat(n.attribute("f")).contains(new Attribute.Real(-0.0f));
        assertThat(n.attribute("i")).contains(new Attribute.Int(-3));
        assertThat(n.attribute("old")).contains(new Attribute.Int(4));
        assertThat(n.attribute("s")).contains(new Attribute.Text("ä"));
        assertThat(n.attribute("none")).contains(Attribute.Ints.of());
        assertThat(n.attribute("t")).containsInstanceOf(Attribute.Dense.class);
        for (String foreign : new String[] {"bytes", "later", "tensors", "graphs", "type", "reference", "future"}) {
            assertThat(n.attribute(foreign)).as(foreign).containsInstanceOf(Attribute.Foreign.class);
        }
    }

    @Test
    void aSubgraphUsesWhatItReadsFromOutside() {
        Graph g = Models.read(Models.withEverything());

        assertThat(g.nodes().get(0).captures()).containsExactlyInAnyOrder("x", "w");
        assertThat(g.nodes().get(1).captures()).containsExactly("w");
        assertThat(g.require("w").isCaptured()).isTrue();
    }

    @Test
    void symbolicExtentsAreUnknownButKeepTheirNames() throws InvalidProtocolBufferException {
        Graph g = Models.read(Models.small().build());
        Value x = g.require("x");
        assertThat(x.type().orElseThrow().shape()).isEqualTo(Shape.of(-1, 8));

        g.setType(x, new TensorType(DType.FLOAT16, Shape.of(-1, 4)));

        var type = written(g).getGraph().getInput(0).getType().getTensorType();
        assertThat(type.getElemType()).isEqualTo(10);
        assertThat(type.getShape().getDim(0).getDimParam()).isEqualTo("batch");
        assertThat(type.getShape().getDim(1).getDimValue()).isEqualTo(4);
    }

    @Test
    void anEditChangesNothingElse() throws InvalidProtocolBufferException {
        ModelProto before = Models.withUnknownFields(Models.withEverything());
        Graph g = Models.read(before);
        Node kinds = g.nodes().get(1);
        g.setAttribute(kinds, "i", new Attribute.Int(5));

        ModelProto.Builder expected = before.toBuilder();
        expected.getGraphBuilder().getNodeBuilder(1).getAttributeBuilder(1).setI(5);
        assertThat(written(g)).isEqualTo(expected.build());
    }

    @Test
    void aReplacedConstantKeepsItsComment() throws InvalidProtocolBufferException {
        Graph g = Models.read(Models.withEverything());
        g.replaceConstant(g.require("w"), Tensor.ofFloats(Shape.of(3), 1, 2, 3));

        ModelProto m = written(g);
        TensorProto w = m.getGraph().getInitializer(0);
        assertThat(w.getName()).isEqualTo("w");
        assertThat(w.getDocString()).isEqualTo("a weight");
        assertThat(w.getDimsList()).containsExactly(3L);
        assertThat(w.getRawData().size()).isEqualTo(12);
        assertThat(m.getGraph().getInput(1)).isEqualTo(Models.info("w", "3").build());
    }

    @Test
    void aNodeLikeAnotherKeepsItsCommentsUnderNewNames() throws InvalidProtocolBufferException {
        Graph g = Models.read(Models.withEverything());
        g.addNode(NodeSpec.like(g.nodes().get(1)).outputs("other").attribute("new", new Attribute.Text("b")));

        ModelProto m = written(g);
        assertThat(m.getGraph().getNode(3).getOutputList()).containsExactly("other");
        assertThat(m.getGraph().getNode(3).getAttribute(1).getDocString()).isEqualTo("an integer");
        assertThat(m.getGraph().getNode(3).getAttribute(16).getType()).isEqualTo(AttributeType.STRING);
        assertThat(m.getGraph().getNode(1))
                .isEqualTo(Models.withEverything().getGraph().getNode(1));
    }

    @Test
    void aRemovedValueTakesItsDescriptionAlong() throws InvalidProtocolBufferException {
        ModelProto.Builder two = Models.small();
        two.getGraphBuilder().addNode(Models.node("Relu", "x", "dead")).addValueInfo(Models.info("dead", "1"));
        Graph g = Models.read(two.build());
        g.remove(g.nodes().get(1));

        assertThat(written(g)).isEqualTo(Models.small().build());
    }

    @Test
    void aNewInnerValueIsDescribedWhenItsTypeIsKnown() throws InvalidProtocolBufferException {
        Graph g = GraphText.parse("x[1,8] -> Relu -> h; h -> Relu -> y");
        g.setType(g.require("h"), new TensorType(DType.FLOAT, Shape.of(1, 8)));

        assertThat(written(g).getGraph().getValueInfoList())
                .containsExactly(Models.info("h", "1", "8").build());
    }

    @Test
    void metadataAndOpsetsFollowTheGraph() throws InvalidProtocolBufferException {
        Graph g = Models.read(Models.withUnknownFields(Models.withEverything()));
        g.putMetadata("c", "3");
        g.removeMetadata("b");
        g.setOpset("", 21);

        ModelProto m = written(g);
        assertThat(m.getMetadataPropsList())
                .extracting(e -> e.getKey() + e.getValue())
                .containsExactly("a2", "c3");
        assertThat(m.getMetadataProps(0).getUnknownFields().asMap()).isNotEmpty();
        assertThat(m.getOpsetImport(0).getVersion()).isEqualTo(21);
        assertThat(m.getOpsetImport(1).getUnknownFields().asMap()).isNotEmpty();
        assertThat(m.getIrVersion()).as("opset 21 came with version 10").isEqualTo(10);
    }

    @Test
    void theFormatVersionIsRaisedOnlyWhenNeeded() throws InvalidProtocolBufferException {
        assertThat(written(GraphText.parse("x[1] -> Relu -> y")).getIrVersion()).isEqualTo(8);
        Graph old = Models.read(Models.small().setIrVersion(3).build());
        assertThat(written(old).getIrVersion()).isEqualTo(3);

        old.addConstant("new", Tensor.ofFloats(Shape.SCALAR, 1));

        assertThat(written(old).getIrVersion())
                .as("an initializer that is no input")
                .isEqualTo(4);
    }

    @Test
    void newTensorsOfEveryTypeComeBack() {
        Graph g = Models.read(Models.withEverything());
        Graph copy = GraphText.parse("x[1] -> Relu -> y");
        for (String name : new String[] {"floats", "nibbles", "strings", "longs", "empty", "halves"}) {
            Tensor t = tensor(g, name);
            copy.addConstant(name, Tensor.of(t.dtype(), t.shape(), t.storage()));
        }

        Graph back = OnnxReader.read(OnnxWriter.toBytes(copy), Optional.empty());

        for (String name : new String[] {"floats", "nibbles", "strings", "longs", "empty", "halves"}) {
            assertThat(tensor(back, name)).as(name).isEqualTo(tensor(g, name));
        }
    }

    @Test
    void weightsAreNotCopiedFromTheFilesBytes() {
        byte[] model = OnnxWriter.toBytes(GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> y"));
        Storage weight = tensor(OnnxReader.read(model, Optional.empty()), "w").storage();
        assertThat(weight.slice(0, 4).getFloat()).isNotZero();

        // Nobody may do this; it shows that the tensor and the file share their bytes.
        Arrays.fill(model, (byte) 0);

        assertThat(weight.slice(0, 4).getFloat()).isZero();
    }

    private static byte[] again(byte[] model) {
        return OnnxWriter.toBytes(OnnxReader.read(model, Optional.empty()));
    }

    private static ModelProto written(Graph g) throws InvalidProtocolBufferException {
        return ModelProto.parseFrom(OnnxWriter.toBytes(g));
    }

    private static Tensor tensor(Graph g, String name) {
        return g.require(name).constant().orElseThrow();
    }
}
