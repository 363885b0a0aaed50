package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.tasks.sample.SampleModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void writeModelAndData() throws Exception {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        data = Octavo.pictures(folder.resolve("pictures"), 8, 48);
    }

    @Test
    void sweepsRangeRulesAndGoesOnFromWhatItKnows() throws Exception {
        Path out = folder.resolve("sweeps");
        Object[] command = {
            "sweep", model, "--data", data, "--over", "ranges", "--values", "min-max,percentile", "-o", out, "--json"
        };
        Octavo.Ran first = Octavo.run(command).succeeded();
        assertThat(first.out()).contains("min-max", "SQNR of outputs, dB");
        String known = Files.readString(out.resolve("measured.jsonl"));
        assertThat(Octavo.run(command).succeeded().out()).isEqualTo(first.out());
        assertThat(out.resolve("measured.jsonl")).hasContent(known);
        assertThat(Octavo.names(out)).contains("ranges.csv", "sweeps.html", "ranges.l1-of-outputs.png");
    }

    @Test
    void saysWhatCanBeVaried() {
        Octavo.run("sweep", model, "--data", data, "--over", "colour", "-o", folder)
                .misused("colour", "octavo sweep --help");
        Octavo.run("sweep", model, "--data", data, "--over", "bits", "--values", "W8", "-o", folder)
                .misused("'W8' is no pair of widths");
        Octavo.run("sweep", model, "--data", data, "--over", "samples", "--values", "1..0/2", "-o", folder)
                .misused("--values is '1..0/2'");
        Octavo.run("sweep", model, "--data", data, "--over", "parts", "-o", folder)
                .misused("no part of the network is named");
        Octavo.run("sweep", model, "--data", data, "--over", "parts", "--part", "head=nothing/**", "-o", folder)
                .misused("no node belongs to the part 'head'");
    }

    @Test
    void readsRangesOfValues() {
        CommonOptions usage = new CommonOptions();
        assertThat(SweepValues.numbers(java.util.List.of("0.05..0.95/0.05"), usage))
                .hasSize(19)
                .startsWith(0.05, 0.1)
                .endsWith(0.95);
        assertThat(SweepValues.counts(java.util.List.of("1", "3..5"), usage)).containsExactly(1, 3, 4, 5);
    }
}
