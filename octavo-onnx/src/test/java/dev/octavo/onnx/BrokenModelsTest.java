package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokenModelsTest {
    @TempDir
    Path folder;

    @Test
    void saysWhatAFileIsThatIsNoModel() throws IOException {
        refusesFile("", "model.onnx is not an ONNX model: it is empty");
        refusesFile("import torch\nprint(1)", "it begins with text \"import torch…\"");
        refusesFile("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer");
        refusesFile("PK\003\004aaaaaaaaa", "zip archive");
        refusesFile("\u001c\0\0\0TFL3aaaaaaaa", "TensorFlow Lite");
        refusesFile("\u00ff\u00d8\u00ff\u00e0", "not a valid ONNX model");
    }

    @Test
    void refusesAFolderAndAMissingFile() {
        assertThatThrownBy(() -> OnnxReader.read(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("not a file but a folder");
        assertThatThrownBy(() -> OnnxReader.read(folder.resolve("no.onnx")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("there is no file");
    }

    @Test
    void refusesAnotherProtobuf() {
        refuses(Models.info("x", "1").build().toByteArray(), "");
        refuses(ModelProto.newBuilder().setIrVersion(8).build().toByteArray(), "it holds no graph");
    }

    @Test
    void refusesMessagesNestedTooDeeply() throws IOException {
        NodeProto inner = NodeProto.newBuilder().setOpType("If").build();
        for (int i = 0; i < 60; i++) {
            inner = NodeProto.newBuilder()
                    .setOpType("If")
                    .addAttribute(Models.attribute("g", AttributeType.GRAPH)
                            .setG(GraphProto.newBuilder().addNode(inner)))
                    .build();
        }
        refuses(Models.model(GraphProto.newBuilder().addNode(inner)).build().toByteArray(), "nesting");
        refuses(nested(100_000), "");
    }

    @Test
    void refusesExtentsThatCannotBe() {
        refusesInitializer(Models.raw("w", 1, 4, -1), "'w' has the extent -1 on axis 0");
        refusesInitializer(Models.raw("w", 1, 4, 1L << 62, 1L << 62), "more elements than any file can hold");
        refusesInitializer(Models.raw("w", 1, 4, 1L << 60), "more elements than any file can hold");
        refusesInitializer(Models.raw("w", 1, 4, 1L << 40), "takes 4398046511104 bytes, the file holds 4");
        refusesInitializer(Models.tensor("w", 1, 1L << 40), "takes 1099511627776 entries, the file holds 0");
        refusesInitializer(Models.tensor("w", 8, 1L << 40), "takes 1099511627776 entries, the file holds 0");
    }

    @Test
    void refusesDataThatDoesNotFillTheShape() {
        refusesInitializer(Models.raw("w", 1, 7, 2), "'w' FLOAT[2] takes 8 bytes, the file holds 7");
        refusesInitializer(Models.tensor("w", 1, 2).addFloatData(1), "takes 2 entries, the file holds 1");
        refusesInitializer(Models.tensor("w", 1, 0).addFloatData(1), "takes 0 entries, the file holds 1");
        refusesInitializer(
                Models.tensor("w", 8, 2).addStringData(ByteString.EMPTY), "takes 2 entries, the file holds 1");
    }

    @Test
    void refusesNamesThatAreDefinedTwice() {
        ModelProto.Builder twice = Models.small();
        twice.getGraphBuilder().addNode(Models.node("Relu", "x", "y"));
        refuses(twice, "'y' is defined twice");
        twice = Models.small();
        twice.getGraphBuilder().addInput(Models.info("x"));
        refuses(twice, "'x' is defined twice");
        twice = Models.small();
        twice.getGraphBuilder().addNode(Models.node("Relu", "y", "x"));
        refuses(twice, "'x' is defined twice");
        twice = Models.small();
        twice.getGraphBuilder().addInitializer(Models.raw("y", 1, 4)).addOutput(Models.info("y"));
        refuses(twice, "'y' is defined twice");
        twice = Models.small();
        twice.getGraphBuilder().addInitializer(Models.raw("w", 1, 4)).addInitializer(Models.raw("w", 1, 4));
        refuses(twice, "'w' is defined twice");
        twice = Models.small();
        twice.getGraphBuilder().addOutput(Models.info("y"));
        refuses(twice, "'y' is defined twice");
        twice = Models.small();
        twice.getGraphBuilder()
                .getNodeBuilder(0)
                .addAttribute(Models.attribute("a", AttributeType.INT))
                .addAttribute(Models.attribute("a", AttributeType.INT));
        refuses(twice, "has the attribute 'a' twice");
    }

    @Test
    void refusesValuesThatNobodyDefines() {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder().addNode(Models.node("Relu", "nothing", "z"));
        refuses(
                m,
                "the node #1 that computes 'z' reads the value 'nothing', which no node, input or initializer defines");
        m = Models.small();
        m.getGraphBuilder().addOutput(Models.info("nothing"));
        refuses(m, "the output 'nothing' of the graph is computed by no node");
        m = Models.small();
        m.getGraphBuilder()
                .getNodeBuilder(0)
                .addAttribute(Models.attribute("g", AttributeType.GRAPH)
                        .setG(GraphProto.newBuilder().addNode(Models.node("Relu", "nothing", "q"))));
        refuses(m, "reads the value 'nothing'");
        m = Models.small();
        m.getGraphBuilder().clearOutput();
        refuses(m, "the graph has no outputs");
    }

    @Test
    void refusesCyclesAndShowsOne() {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder()
                .addNode(Models.node("Add", "c", "a").addInput("x"))
                .addNode(Models.node("Relu", "a", "b"))
                .addNode(Models.node("Relu", "b", "c"));

        refuses(m, "the graph has a cycle: #1 that computes 'a' reads from #3 that computes 'c' reads from #2");
    }

    @Test
    void sortsNodesThatAreOutOfOrderAndKeepsTheOrderOtherwise() {
        ModelProto.Builder m = Models.model(GraphProto.newBuilder()
                .addInput(Models.info("x"))
                .addOutput(Models.info("d"))
                .addNode(Models.node("Add", "b", "d").addInput("c"))
                .addNode(Models.node("Relu", "a", "c"))
                .addNode(Models.node("Tanh", "a", "b"))
                .addNode(Models.node("Neg", "x", "a")));

        Graph g = Models.read(m.build());

        assertThat(g.nodes()).extracting(Node::type).containsExactly("Neg", "Relu", "Tanh", "Add");
    }

    @Test
    void refusesNamesThatAreNoText() {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder().getInputBuilder(0).setNameBytes(ByteString.copyFrom(new byte[] {-1}));
        refuses(m, "not UTF-8");
        m = Models.small();
        m.getGraphBuilder().addInputBuilder().setName("");
        refuses(m, "empty name");
        m = Models.small();
        m.getGraphBuilder().getNodeBuilder(0).clearOpType();
        refuses(m, "has no operator type");
    }

    @Test
    void printsHostileNamesShortAndOnOneLine() {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder().addOutput(Models.info("a\n\u001b[31m" + "b".repeat(1000)));

        ModelException e = catchThrowableOfType(ModelException.class, () -> Models.read(m.build()));

        assertThat(e.getMessage()).doesNotContain("\n").doesNotContain("\u001b").hasSizeLessThan(200);
    }

    @Test
    void refusesExternalDataOfAModelThatCameAsBytes() {
        refusesInitializer(
                Models.tensor("w", 1, 2)
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(Models.entry("location", "w.bin")),
                "the model came as bytes");
    }

    @Test
    void everyErrorSaysWhatToDo() {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder().clearOutput();

        ModelException e = catchThrowableOfType(ModelException.class, () -> Models.read(m.build()));

        assertThat(e.fix()).isNotEmpty();
    }

    private void refusesFile(String content, String message) throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), content.getBytes(StandardCharsets.ISO_8859_1));
        ModelException e = catchThrowableOfType(ModelException.class, () -> OnnxReader.read(file));
        assertThat(e).hasMessageContaining(message).hasMessageStartingWith("model.onnx is not");
        assertThat(e.fix()).isNotEmpty();
    }

    private static void refusesInitializer(TensorProto.Builder t, String message) {
        ModelProto.Builder asInitializer = Models.small();
        asInitializer.getGraphBuilder().addInitializer(t);
        refuses(asInitializer, message);
        ModelProto.Builder asAttribute = Models.small();
        asAttribute
                .getGraphBuilder()
                .getNodeBuilder(0)
                .addAttribute(Models.attribute("value", AttributeType.TENSOR).setT(t));
        refuses(asAttribute, message);
    }

    private static void refuses(ModelProto.Builder model, String message) {
        refuses(model.build().toByteArray(), message);
    }

    private static void refuses(byte[] model, String message) {
        assertThatThrownBy(() -> OnnxReader.read(model, Optional.empty()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }

    /** A graph field that holds groups within groups, which a careless parser follows until its stack ends. */
    private static byte[] nested(int depth) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        for (int i = 0; i < depth; i++) {
            out.writeTag(500, 3);
        }
        out.flush();
        return bytes.toByteArray();
    }
}
