package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.cli.Octavo.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    private static final int PICTURES = 300;

    @TempDir
    Path folder;

    @Test
    void quantizesTheSampleAndProvesIt() throws Exception {
        Path out = folder.resolve("new/demo");
        Ran ran = Octavo.run("demo", "-o", out, "--samples", PICTURES, "--json").succeeded();
        assertThat(Octavo.names(out))
                .containsExactly(
                        "sample-mobilenet.int8.onnx",
                        "sample-mobilenet.int8.plan.json",
                        "sample-mobilenet.int8.summary",
                        "sample-mobilenet.int8.summary.json",
                        "sample-mobilenet.onnx");

        JsonNode facts = new ObjectMapper().readTree(ran.out()); // nothing but JSON
        JsonNode accuracy = facts.path("accuracy");
        assertThat(accuracy.path("samples").asInt()).isEqualTo(PICTURES);
        double before = accuracy.path("float").path("top1").asDouble();
        assertThat(before).isGreaterThan(0.9);
        for (String how : new String[] {"simulated", "executed"}) {
            assertThat(accuracy.path(how).path("top1").asDouble()).isGreaterThan(before - 0.02);
            assertThat(accuracy.path(how).path("agreement").asDouble()).isGreaterThan(0.97);
        }
        assertThat(Files.readString(out.resolve("sample-mobilenet.int8.summary.json"))
                        .strip())
                .isEqualTo(ran.out().strip());
        assertThat(Octavo.run("inspect", out.resolve("sample-mobilenet.int8.onnx"))
                        .succeeded()
                        .out())
                .contains("QuantizeLinear");
    }

    @Test
    void saysItInAFormThatAPersonReads() {
        Ran ran = Octavo.run("demo", "-o", folder, "--samples", 20).succeeded();
        assertThat(ran.out())
                .contains("top-1", "simulated", "executed", "same class as float", "integers", "size")
                .contains("sample-mobilenet.int8.plan.json", "Next:");
        assertThat(ran.err()).contains("collect evidence: 20 in", "measure accuracy: 20 in");
        Ran quiet = Octavo.run("demo", "-o", folder, "--samples", 20, "--quiet").succeeded();
        assertThat(quiet.out() + quiet.err()).isEmpty();
    }
}
