package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalDataTest {
    private static final String TEXT = "x[1,3,8,8] -> Conv(w[40,3,3,3], b[40]; pads=1,1,1,1) -> Relu -> y";

    @TempDir
    Path folder;

    @Test
    void bigTensorsGoIntoTheDataFile() throws IOException {
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(GraphText.parse(TEXT), file, WriteOptions.externalData(1000));

        GraphProto g = ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
        assertThat(g.getInitializer(0).getExternalDataList())
                .containsExactly(
                        Models.entry("location", "m.onnx.data"),
                        Models.entry("offset", "0"),
                        Models.entry("length", "4320"));
        assertThat(g.getInitializer(1).getRawData().size()).isEqualTo(160);
        assertThat(folder.resolve("m.onnx.data")).hasSize(4320);
        assertThat(Fingerprint.of(OnnxReader.read(file))).isEqualTo(Fingerprint.of(GraphText.parse(TEXT)));
    }

    @Test
    void everyTensorBeginsOnAPage() throws IOException {
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(RandomGraphs.of(3), file, WriteOptions.externalData(0));

        for (TensorProto t :
                ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getInitializerList()) {
            assertThat(Long.parseLong(t.getExternalData(1).getValue()) % 4096).isZero();
        }
        assertThat(Fingerprint.of(OnnxReader.read(file))).isEqualTo(Fingerprint.of(RandomGraphs.of(3)));
    }

    @Test
    void aModelTooBigForOneFileGetsADataFile() throws IOException {
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(GraphText.parse(TEXT), file, WriteOptions.standard(), 2000);

        assertThat(Files.size(file)).isLessThan(2000);
        assertThat(folder.resolve("m.onnx.data")).hasSize(4320);
    }

    @Test
    void aModelWhoseStructureIsTooBigIsRefused() throws IOException {
        assertThatThrownBy(() ->
                        OnnxWriter.write(GraphText.parse(TEXT), folder.resolve("m.onnx"), WriteOptions.standard(), 100))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("takes more than the 100 bytes");
        assertThat(files()).isEmpty();
    }

    @Test
    void externalDataStaysExternalWhenWrittenElsewhere() throws IOException {
        Path first = folder.resolve("first.onnx");
        Path second = Files.createDirectory(folder.resolve("sub")).resolve("second.onnx");
        OnnxWriter.write(GraphText.parse(TEXT), first, WriteOptions.externalData(1000));

        OnnxWriter.write(OnnxReader.read(first), second);
        Files.delete(folder.resolve("first.onnx.data"));

        assertThat(folder.resolve("sub/second.onnx.data")).hasSize(4320);
        assertThat(Fingerprint.of(OnnxReader.read(second))).isEqualTo(Fingerprint.of(GraphText.parse(TEXT)));
    }

    @Test
    void rewritingUnderTheSameNameIsByteForByte() throws IOException {
        Path first = folder.resolve("m.onnx");
        Path second = Files.createDirectory(folder.resolve("sub")).resolve("m.onnx");
        OnnxWriter.write(RandomGraphs.of(4), first, WriteOptions.externalData(100));

        OnnxWriter.write(OnnxReader.read(first), second);

        assertThat(second).hasSameBinaryContentAs(first);
        assertThat(folder.resolve("sub/m.onnx.data")).hasSameBinaryContentAs(folder.resolve("m.onnx.data"));
    }

    @Test
    void aModelCanReplaceItself() throws IOException {
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(GraphText.parse(TEXT), file, WriteOptions.externalData(1000));
        Graph g = OnnxReader.read(file);
        g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(40), new float[40]));
        String wanted = Fingerprint.of(g);

        OnnxWriter.write(g, file, WriteOptions.externalData(0));

        assertThat(Fingerprint.of(OnnxReader.read(file))).isEqualTo(wanted);
        assertThat(files()).containsExactly("m.onnx", "m.onnx.data");
    }

    @Test
    void bytesHoldTheExternalDataInline() {
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(GraphText.parse(TEXT), file, WriteOptions.externalData(1000));

        byte[] bytes = OnnxWriter.toBytes(OnnxReader.read(file));

        assertThat(Fingerprint.of(OnnxReader.read(bytes, Optional.empty())))
                .isEqualTo(Fingerprint.of(GraphText.parse(TEXT)));
    }

    @Test
    void tensorsInAttributesAndSubgraphsMoveToo() throws IOException {
        Files.write(folder.resolve("w.bin"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        TensorProto t = external("w.bin", 4, 4).build();
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder()
                .getNodeBuilder(0)
                .addAttribute(Models.attribute("value", AttributeType.TENSOR).setT(t))
                .addAttribute(Models.attribute("body", AttributeType.GRAPH)
                        .setG(GraphProto.newBuilder().addInitializer(t)));
        Path file = Files.write(folder.resolve("m.onnx"), m.build().toByteArray());
        Path moved = Files.createDirectory(folder.resolve("sub")).resolve("n.onnx");

        OnnxWriter.write(OnnxReader.read(file), moved);

        assertThat(Files.readAllBytes(folder.resolve("sub/n.onnx.data")))
                .startsWith(5, 6, 7, 8)
                .endsWith(5, 6, 7, 8);
        assertThat(Fingerprint.of(OnnxReader.read(moved))).isEqualTo(Fingerprint.of(OnnxReader.read(file)));
        byte[] inline = OnnxWriter.toBytes(OnnxReader.read(file));
        assertThat(Fingerprint.of(OnnxReader.read(inline, Optional.empty())))
                .isEqualTo(Fingerprint.of(OnnxReader.read(file)));
    }

    @Test
    void aDenseAttributeCanBecomeExternal() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y");
        g.addNode(NodeSpec.of("Constant", "k")
                .outputs("k")
                .attribute("value", new Attribute.Dense(Tensor.ofFloats(Shape.of(3), 1, 2, 3))));
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(g, file, WriteOptions.externalData(8));

        assertThat(OnnxReader.read(file).require("k").constant().orElseThrow().floats())
                .containsExactly(1, 2, 3);
        assertThat(folder.resolve("m.onnx.data")).hasSize(12);
    }

    @Test
    void refusesToReadOutsideOfTheModelsFolder() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path secret = Files.write(folder.resolve("secret"), new byte[8]);
        Files.createSymbolicLink(inner.resolve("link"), secret);
        Files.createSymbolicLink(inner.resolve("up"), folder);

        refuses(inner, external("../secret", 0, 4), "outside of the folder");
        refuses(inner, external("a/../../secret", 0, 4), "outside of the folder");
        refuses(inner, external(secret.toString(), 0, 4), "outside of the folder");
        refuses(inner, external("link", 0, 4), "a link that leads outside of the folder");
        refuses(inner, external("up/secret", 0, 4), "a link that leads outside of the folder");
    }

    @Test
    void acceptsDataBesideTheFileThatAModelLinksTo() throws IOException {
        Path store = Files.createDirectory(folder.resolve("store"));
        Path view = Files.createDirectory(folder.resolve("view"));
        OnnxWriter.write(GraphText.parse(TEXT), store.resolve("m.onnx"), WriteOptions.externalData(1000));
        Files.createSymbolicLink(view.resolve("m.onnx"), store.resolve("m.onnx"));
        Files.createSymbolicLink(view.resolve("m.onnx.data"), store.resolve("m.onnx.data"));

        assertThat(Fingerprint.of(OnnxReader.read(view.resolve("m.onnx"))))
                .isEqualTo(Fingerprint.of(GraphText.parse(TEXT)));
    }

    @Test
    void refusesEntriesThatDoNotFitTheFile() throws IOException {
        Files.write(folder.resolve("w.bin"), new byte[8]);

        refuses(folder, external("w.bin", 6, 4), "takes 4 bytes from 6 of 'w.bin', which has only 8");
        refuses(folder, external("w.bin", Long.MAX_VALUE, 4), "which has only 8");
        refuses(folder, external("w.bin", -1, 4), "expected a whole number >= 0");
        refuses(folder, external("w.bin", 0, 8), "takes 4 bytes, its entry says 8");
        refuses(folder, external("no.bin", 0, 4), "which does not exist");
        refuses(folder, external("", 0, 4), "names no file");
        refuses(folder, external(".", 0, 4), "which is not a file");
        refuses(folder, external("a\0b", 0, 4), "no possible name");
        refuses(folder, external("w.bin", 0, 4).setDataType(8), "strings");
        refuses(folder, external("w.bin", 0, 4).setExternalData(1, Models.entry("offset", "four")), "'four'");
    }

    @Test
    void refusesExternalDataInASubgraphAtOnce() throws IOException {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder()
                .getNodeBuilder(0)
                .addAttribute(Models.attribute("body", AttributeType.GRAPH)
                        .setG(GraphProto.newBuilder().addInitializer(external("../secret", 0, 4))));

        refuses(folder, m, "outside of the folder");
    }

    private static TensorProto.Builder external(String location, long offset, long length) {
        return Models.tensor("w", 1, 1)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(Models.entry("location", location))
                .addExternalData(Models.entry("offset", Long.toString(offset)))
                .addExternalData(Models.entry("length", Long.toString(length)));
    }

    private static void refuses(Path where, TensorProto.Builder t, String message) throws IOException {
        ModelProto.Builder m = Models.small();
        m.getGraphBuilder().addInitializer(t);
        refuses(where, m, message);
    }

    private static void refuses(Path where, ModelProto.Builder m, String message) throws IOException {
        Path file = Files.write(where.resolve("refused.onnx"), m.build().toByteArray());
        assertThatThrownBy(() -> OnnxReader.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(f -> String.valueOf(f.getFileName())).sorted().toList();
        }
    }
}
