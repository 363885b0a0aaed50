package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.tasks.sample.SampleModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path data = Path.of("");
    private Path quantized = Path.of("");

    @BeforeEach
    void quantize() throws Exception {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        data = Octavo.pictures(folder.resolve("pictures"), 8, 48);
        quantized = folder.resolve("model.int8.onnx");
        Octavo.run("quantize", model, "--data", data, "--objective", "size", "--range", "min-max", "-o", quantized)
                .succeeded();
    }

    @Test
    void listsValuesWorstFirst() throws Exception {
        Path csv = folder.resolve("layers.csv");
        String out = Octavo.run("compare", model, quantized, "--data", data, "--csv", csv, "--rows", 5)
                .succeeded()
                .out();
        assertThat(out.lines().toList()).hasSize(7);
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.get(0)).startsWith("value,op,shape,dtype,scale,cosine");
        int sqnr = List.of(lines.get(0).split(",")).indexOf("sqnr_db");
        List<Double> decibels = lines.stream()
                .skip(1)
                .map(l -> Double.valueOf(l.replaceAll("\"[^\"]*\"", "").split(",")[sqnr]))
                .toList();
        assertThat(decibels)
                .hasSizeGreaterThan(20)
                .isSorted()
                .allSatisfy(d -> assertThat(d).isGreaterThan(5));
    }

    @Test
    void onTheWorstExampleTheOutputIsNoBetterThanOnAll() {
        double all = logits("--json");
        double worst = logits("--json", "--worst");
        assertThat(worst).isLessThanOrEqualTo(all + 0.5);
    }

    private double logits(String... flags) {
        Object[] args = new Object[5 + flags.length];
        System.arraycopy(new Object[] {"compare", model, quantized, "--data", data}, 0, args, 0, 5);
        System.arraycopy(flags, 0, args, 5, flags.length);
        String json = Octavo.run(args).succeeded().out();
        int at = json.indexOf("\"value\" : \"logits\"");
        String after = json.substring(json.indexOf("\"sqnr_db\" : ", at) + 12);
        return Double.parseDouble(after.substring(0, after.indexOf(',')));
    }

    @Test
    void refusesWhatIsNotQuantized() {
        Octavo.run("compare", model, model, "--data", data).refused("no quantized activation");
        Octavo.run("compare", model, quantized, "--data", data, "--rows", -1).misused("--rows is -1");
    }
}
