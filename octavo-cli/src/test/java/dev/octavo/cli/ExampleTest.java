package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.example.QuantizeExample;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.tasks.sample.SampleModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleTest {
    @TempDir
    Path folder;

    @Test
    void theProgramInThePagesQuantizes() throws Exception {
        Path model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        Path data = Octavo.pictures(folder.resolve("pictures"), 20, 48);
        Path output = folder.resolve("model.int8.onnx");
        QuantizeExample.main(new String[] {model.toString(), data.toString(), output.toString()});
        assertThat(OnnxReader.read(output).nodes()).anyMatch(n -> n.is("QuantizeLinear"));
        assertThat(folder.resolve("model.int8.onnx.plan.json")).exists();
    }
}
