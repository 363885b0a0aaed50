package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private static final String GOLDEN = "4fc199620c2bea312f8befa1f77112ac69e1d13520fc45a0d80fc3f6fef225b6";
    private static final String TEXT = "x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]; pads=1,1,1,1) -> c; c -> Relu -> y";

    @Test
    void isTheSameForTheSameGraph() {
        assertThat(Fingerprint.of(GraphText.parse(TEXT)))
                .isEqualTo(Fingerprint.of(GraphText.parse(TEXT)))
                .hasSize(64)
                .matches("[0-9a-f]+");
    }

    @Test
    void staysTheSameOverTheYears() {
        assertThat(Fingerprint.of(GraphText.parse("x[1,2] -> Clip(0,6) -> y"))).isEqualTo(GOLDEN);
    }

    @Test
    void changesWithEverythingThatCounts() {
        changes(g -> g.setOpset("", 18));
        changes(g -> g.setType(g.require("x"), new TensorType(DType.FLOAT, Shape.of(2, 3, 8, 8))));
        changes(g -> g.addInput("more", null));
        changes(g -> g.addOutput(g.require("c")));
        changes(g -> g.setAttribute(g.nodes().get(0), "pads", Attribute.Ints.of(1, 1, 1, 0)));
        changes(g -> g.setAttribute(g.nodes().get(1), "alpha", new Attribute.Real(0.5f)));
        changes(g -> g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(4), 0, 0, 0, 1)));
        changes(g -> g.setInput(g.nodes().get(0), 2, null));
    }

    @Test
    void saysNothingOfCommentsAndMetadata() {
        ModelProto full = Models.withEverything();
        ModelProto.Builder bare =
                full.toBuilder().clearDocString().clearMetadataProps().setProducerName("other");
        bare.getGraphBuilder().clearDocString().clearValueInfo().clearQuantizationAnnotation();
        bare.getGraphBuilder()
                .getNodeBuilder(0)
                .clearDocString()
                .getAttributeBuilder(0)
                .clearDocString();
        bare.getGraphBuilder().getInitializerBuilder(0).clearDocString();

        assertThat(Fingerprint.of(Models.read(bare.build()))).isEqualTo(Fingerprint.of(Models.read(full)));
    }

    @Test
    void saysNothingOfTheFormInWhichTensorsAreStored() {
        TensorProto.Builder typed = Models.tensor("w", 1, 2).addFloatData(1).addFloatData(2);
        ByteBuffer bytes = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(1)
                .putFloat(2)
                .flip();
        TensorProto.Builder raw = Models.tensor("w", 1, 2).setRawData(ByteString.copyFrom(bytes));

        assertThat(Fingerprint.of(with(typed))).isEqualTo(Fingerprint.of(with(raw)));
    }

    @Test
    void tellsApartWhatOctavoCannotInterpret() {
        Graph one = with(Models.raw("w", 77, 3, 2));
        Graph other = with(Models.raw("w", 77, 4, 2));

        assertThat(Fingerprint.of(one)).isNotEqualTo(Fingerprint.of(other));
    }

    private static Graph with(TensorProto.Builder initializer) {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder().addInitializer(initializer);
        return Models.read(m.build());
    }

    private static void changes(Consumer<Graph> edit) {
        Graph g = GraphText.parse(TEXT);
        edit.accept(g);
        assertThat(Fingerprint.of(g)).isNotEqualTo(Fingerprint.of(GraphText.parse(TEXT)));
    }
}
