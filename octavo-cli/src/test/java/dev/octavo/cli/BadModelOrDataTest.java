package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.cli.Octavo.Ran;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.tasks.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Models and data that cannot be used. */
class BadModelOrDataTest extends BadInput {
    // ---- models -----------------------------------------------------------------------------------------------

    @Test
    void aModelThatIsNotThere() {
        Path missing = folder.resolve("modle.onnx");
        quantize(missing, data).refused("modle.onnx", "there is no file");
        Octavo.run("inspect", missing).refused("modle.onnx", "there is no file");
        Octavo.run("evaluate", missing, "--task", "classification", "--data", data)
                .refused("there is no file");
        leavesNothing();
    }

    @Test
    void aFolderInPlaceOfAModel() {
        quantize(data, data).refused("is not a file but a folder");
    }

    @Test
    void aTextFileNamedOnnx() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.onnx"), "Dear diary,\ntoday I quantized a network.\n");
        quantize(text, data).refused("notes.onnx", "text");
        Octavo.run("inspect", text).refused("notes.onnx");
        leavesNothing();
    }

    @Test
    void aTruncatedModel() throws IOException {
        byte[] whole = SampleModel.onnx();
        for (int length : new int[] {0, 1, 100, whole.length / 2, whole.length - 1}) {
            Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, length));
            quantize(cut, data).refused("cut.onnx");
        }
        leavesNothing();
    }

    @Test
    void anOperatorOfADomainThatOnnxRuntimeDoesNotKnow() {
        Path file = write(GraphText.parse("x[1,3,48,48] -> acme::Frobnicate(; name=frob) -> y"), "acme.onnx");
        quantize(file, data).refused("frob", "acme.Frobnicate", "cannot run");
        Octavo.run("evaluate", file, "--task", "classification", "--data", data).refused("frob", "acme.Frobnicate");
        leavesNothing();
        Ran looked = Octavo.run("inspect", file).succeeded();
        assertThat(looked.out()).contains("acme.Frobnicate", "ONNX Runtime cannot load this model");
    }

    @Test
    void aMisspeltOperator() {
        Path file =
                write(GraphText.parse("x[1,3,48,48] -> Conv(w[4,3,3,3]) -> c -> Reluu(; name=act) -> y"), "typo.onnx");
        quantize(file, data).refused("act", "Reluu", "cannot run");
        leavesNothing();
    }

    @Test
    void aModelThatIsQuantizedAlready() {
        quantize(model, data).succeeded();
        Ran again = quantize(output, data, "-o", out.resolve("twice.onnx"));
        again.refused("model.int8.onnx", "quantized already");
        assertThat(Octavo.names(out)).doesNotContain("twice.onnx");
    }

    @Test
    void aWeightThatIsNotANumber() throws IOException {
        Graph graph = OnnxReader.read(model);
        var weight = graph.values().stream()
                .filter(v ->
                        v.isInitializer() && v.constant().orElseThrow().shape().rank() == 4)
                .findFirst()
                .orElseThrow();
        float[] values = weight.constant().orElseThrow().floats();
        values[7] = Float.NaN;
        graph.replaceConstant(
                weight, Tensor.ofFloats(weight.constant().orElseThrow().shape(), values));
        quantize(write(graph, "nan.onnx"), data).refused("NaN");
        leavesNothing();
    }

    // ---- data -------------------------------------------------------------------------------------------------

    @Test
    void dataThatAreNotThere() {
        quantize(model, folder.resolve("nowhere")).refused("nowhere", "there is no data");
        quantize(model, model).refused("no kind of data");
        leavesNothing();
    }

    @Test
    void aFolderWithoutPictures() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        quantize(model, empty).refused("empty");
        Files.writeString(empty.resolve("notes.txt"), "no picture");
        quantize(model, empty).refused("empty");
        leavesNothing();
    }

    @Test
    void anEmptyArray() throws IOException {
        byte[] npy = new byte[128];
        byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
        Arrays.fill(npy, (byte) ' ');
        System.arraycopy(magic, 0, npy, 0, magic.length);
        byte[] header = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3, 48, 48), }"
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        System.arraycopy(header, 0, npy, magic.length, header.length);
        npy[127] = '\n';
        quantize(model, Files.write(folder.resolve("none.npy"), npy)).refused("none.npy");
        leavesNothing();
    }

    @Test
    void aCorruptPictureIsSkippedCountedAndNamed() throws IOException {
        Files.writeString(data.resolve("cats/broken.jpg"), "\u00ff\u00d8 this is no picture");
        Ran ran = quantize(model, data).succeeded();
        assertThat(ran.err()).contains("1 example could not be read", "broken.jpg");
        assertThat(ran.out()).contains("8 samples, 1 could not be read");
        assertThat(Files.readString(out.resolve("model.int8.summary.json"))).contains("broken.jpg");

        Ran scored = Octavo.run("evaluate", model, "--task", "classification", "--data", data, "--json")
                .succeeded();
        assertThat(scored.err()).contains("1 example could not be read", "broken.jpg");
        assertThat(scored.out()).contains("\"samples\" : 8", "broken.jpg");
    }

    @Test
    void picturesNoneOfWhichCanBeRead() throws IOException {
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(broken.resolve("a.jpg"), "no");
        Files.writeString(broken.resolve("b.jpg"), "no");
        quantize(model, broken).refused("none of the 2 samples can be read", "a.jpg");
        leavesNothing();
    }

    @Test
    void labelsForFilesThatAreMissing() throws IOException {
        Path table = Files.writeString(
                folder.resolve("labels.csv"), "file,class\n000.png,0\n002.png,1\n004.png,2\n006.png,3\n999.png,4\n");
        Ran some = Octavo.run(
                        "evaluate",
                        model,
                        "--task",
                        "classification",
                        "--data",
                        data.resolve("cats"),
                        "--labels",
                        table)
                .succeeded();
        assertThat(some.err()).contains("999.png");

        Path none = Files.writeString(folder.resolve("none.csv"), "file,class\nx.png,0\ny.png,1\n");
        Octavo.run("evaluate", model, "--task", "classification", "--data", data, "--labels", none)
                .refused("none.csv");
    }

    @Test
    void accuracyWithoutLabels() {
        Octavo.run("evaluate", model, "--task", "classification", "--data", data.resolve("cats"))
                .refused("label");
        quantize(model, data.resolve("cats"), "--task", "classification").refused("label");
        leavesNothing();
    }

    @Test
    void samplesOfAnotherShape() {
        quantize(model, data, "--center-crop", "32").refused("[1, 3, 32, 32]", "[1, 3, 48, 48]", "input");
        quantize(model, data, "--channels", "1").refused("[1, 1, 48, 48]");
        leavesNothing();
    }

    @Test
    void aDataSetFileWithAnUnknownKey() throws IOException {
        Path file = Files.writeString(folder.resolve("data.yaml"), "images: pictures\nlables: folders\n");
        quantize(model, file).refused("data.yaml line 2", "lables", "did you mean labels?");
        leavesNothing();
    }
}
