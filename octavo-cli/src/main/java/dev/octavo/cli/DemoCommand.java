package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.tasks.sample.SampleDataset;
import dev.octavo.tasks.sample.SampleModel;
import dev.octavo.tasks.sample.SamplePictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The main job on the embedded sample. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo demo [-o DIR] [OPTIONS]",
        sortOptions = false,
        description = "Does the main job on the small network that comes with Octavo, on pictures it draws itself.",
        footer = {"", "Takes less than a minute. Needs no network, no download, no data."})
final class DemoCommand implements Callable<Integer> {
    private static final int CALIBRATION = 200;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "The folder to write to (default: octavo-demo).")
    private Path folder = Path.of("octavo-demo");

    @Option(names = "--samples", paramLabel = "N", description = "Measure the accuracy on N pictures (default: 2000).")
    private int samples = 2000;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        if (samples < 1) {
            throw common.wrong("--samples is " + samples, "ask for at least one picture");
        }
        Timing timing = new Timing();
        Console console = common.console();
        SweepOptions sweep = SweepOptions.standard().withThreads(threads.count(common));
        Path model = sampleModel();
        Path output = folder.resolve("sample-mobilenet.int8.onnx");
        RangedOptions options = new RangedOptions(QuantizeOptions.DEFAULT_RANGE, QuantizeOptions.DEFAULT, output, true);
        Dataset calibration =
                SampleDataset.of(SamplePictures.CALIBRATION_SEED, Math.min(CALIBRATION, Math.max(1, samples)));
        TestData test = new TestData(Task.CLASSIFICATION, SampleDataset.of(SamplePictures.TEST_SEED, samples));
        QuantizeJob job = new QuantizeJob(model, OnnxReader.read(model), List.of(options), sweep, Optional.of(test));
        Summary summary = job.run(new Calibration.OnData(calibration, sweep.threads()), timing, console)
                .get(0);
        if (common.json) {
            common.out().println(Json.text(summary.facts()));
        } else if (!common.quiet) {
            common.out().print(text(summary));
        }
        common.out().flush();
        summary.problems().forEach(console::warn);
        return Failures.DONE;
    }

    private String text(Summary summary) {
        return String.join(
                "\n",
                "The sample: a MobileNetV2-style classifier of 10 figures on pictures of 48 x 48 pixels.",
                "",
                summary.text(),
                "Written to " + folder + ":",
                "  sample-mobilenet.onnx            the float network",
                "  sample-mobilenet.int8.onnx       the quantized one, for ONNX Runtime",
                "  sample-mobilenet.int8.plan.json  every decision, with its reason",
                "  sample-mobilenet.int8.summary    what stands above (.summary.json: for machines)",
                "",
                "Next:",
                "  octavo inspect " + folder.resolve(SampleModel.FILE),
                "  octavo quantize YOUR.onnx --data YOUR-PICTURES --task classification -o YOUR.int8.onnx",
                "  README.md describes a first use on a network of your own, docs/commands.md every option.",
                "");
    }

    private Path sampleModel() {
        Path model = folder.resolve(SampleModel.FILE);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ModelException(
                    "cannot make the folder " + folder + ": "
                            + (Files.exists(folder) ? "it is a file" : e.getMessage()),
                    "give another one with -o DIR",
                    e);
        }
        ModelFile.requireWritable(model, List.of());
        ModelFile.write(model, SampleModel.onnx());
        return model;
    }
}
