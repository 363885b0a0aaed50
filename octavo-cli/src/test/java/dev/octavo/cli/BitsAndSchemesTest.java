package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.tasks.metric.ClassificationMetric;
import dev.octavo.tasks.sample.SampleDataset;
import dev.octavo.tasks.sample.SampleModel;
import dev.octavo.tasks.sample.SamplePictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every combination of bits and schemes quantizes the sample, without data, and runs simulated. */
class BitsAndSchemesTest {
    private static final int PICTURES = 150;

    @TempDir
    Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
    }

    private double accuracy(int weightBits, int activationBits, String... flags) {
        Path out = folder.resolve("out.onnx");
        Object[] args = Stream.concat(
                        Stream.of(
                                "quantize",
                                model,
                                "--data-free",
                                "--mean",
                                "123.675,116.28,103.53",
                                "--std",
                                "58.395,57.12,57.375",
                                "--objective",
                                "size",
                                "--quiet",
                                "-o",
                                out,
                                "--weight-bits",
                                weightBits,
                                "--activation-bits",
                                activationBits),
                        Stream.of(flags))
                .toArray();
        Octavo.run(args).succeeded();
        return accuracy(OnnxReader.read(out));
    }

    private static double accuracy(Graph graph) {
        Dataset test = SampleDataset.of(SamplePictures.TEST_SEED, PICTURES);
        ClassificationMetric m = Evaluation.run(
                        OrtEngine.INSTANCE,
                        graph,
                        Engine.Mode.UNFUSED,
                        test,
                        ClassificationMetric.EMPTY,
                        2,
                        Progress.NONE)
                .metric();
        return m.top1() / (double) m.samples();
    }

    /** Along each row bits are taken away; what is lost may not come back beyond chance. */
    @ParameterizedTest
    @ValueSource(strings = {"", "--symmetric-activations --signs=signed --asymmetric-weights"})
    void fewerBitsAreNeverBetter(String scheme) {
        String[] flags = scheme.isEmpty() ? new String[0] : scheme.split(" ");
        Map<String, Double> at = new LinkedHashMap<>();
        for (int[] wa : new int[][] {
            {16, 8}, {16, 4}, {16, 3}, {16, 2}, {8, 16}, {4, 16}, {3, 16}, {2, 16}, {8, 8}, {8, 4}, {4, 8}, {4, 4}
        }) {
            at.put("W" + wa[0] + "A" + wa[1], accuracy(wa[0], wa[1], flags));
        }
        for (List<String> falling : List.of(
                List.of("W16A8", "W16A4", "W16A3", "W16A2"),
                List.of("W8A16", "W4A16", "W3A16", "W2A16"),
                List.of("W8A8", "W8A4", "W4A4"),
                List.of("W8A8", "W4A8", "W4A4"))) {
            for (int i = 1; i < falling.size(); i++) {
                double more = at.getOrDefault(falling.get(i - 1), 0.0);
                double fewer = at.getOrDefault(falling.get(i), 1.0);
                assertThat(fewer).as(falling.get(i) + " in " + at).isLessThanOrEqualTo(more + 0.06);
            }
        }
        double inFloat = accuracy(OnnxReader.read(model));
        assertThat(at.get("W8A8")).as(at.toString()).isGreaterThan(inFloat - 0.05);
        assertThat(at.get("W8A16")).as(at.toString()).isGreaterThan(inFloat - 0.03);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--symmetric-activations", "--signs=signed", "--signs=auto", "--asymmetric-weights"})
    void everySchemeKeepsEightBitsUsable(String scheme) {
        assertThat(accuracy(8, 8, scheme)).isGreaterThan(accuracy(OnnxReader.read(model)) - 0.05);
    }

    @ParameterizedTest
    @CsvSource({
        "--weight-bits, 1",
        "--weight-bits, 17",
        "--activation-bits, 1",
        "--activation-bits, 17",
        "--bias-bits, 7"
    })
    void widthsThatCannotBeAreRefused(String flag, int bits) {
        Octavo.run("quantize", model, "--data-free", "-o", folder.resolve("out.onnx"), flag, bits)
                .misused(bits + " bits are not possible");
    }

    /** With 8 bits of bias a correction gains no more than with 16; here it gains as much. */
    @Test
    void biasCorrectionHelpsWithSixteenBitsOfBias() {
        String[] none = {"--no-bias-correction", "--bias-bits"};
        String[] done = {"--bias-bits"};
        double eight = accuracy(4, 8, with(done, "8"));
        double sixteen = accuracy(4, 8, with(done, "16"));
        double before = accuracy(4, 8, with(none, "16"));
        double eightBefore = accuracy(4, 8, with(none, "8"));
        String all = "16 bits: " + before + " to " + sixteen + ", 8 bits: " + eightBefore + " to " + eight;
        assertThat(sixteen).as(all).isGreaterThan(before);
        assertThat(sixteen - before).as(all).isGreaterThanOrEqualTo(eight - eightBefore);
    }

    private static String[] with(String[] flags, String last) {
        return Stream.concat(Stream.of(flags), Stream.of(last)).toArray(String[]::new);
    }
}
