package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.data.LabeledDataset;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which data, and how much of it. */
final class DataOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "DATA",
            description = "A data set file (.yaml), a folder or .zip of pictures, an .npy or .npz.")
    private Path data = Path.of("");

    @Option(names = "--samples", paramLabel = "N", description = "Use N examples, evenly spread (default: see below).")
    private Optional<Integer> samples = Optional.empty();

    @Mixin
    private PreprocessFlags preprocess = new PreprocessFlags();

    Path data() {
        return data;
    }

    /** The data to calibrate with; warnings of the opener go to {@code console}. */
    Dataset open(OptionalInt unlessSaid, CommonOptions common, Console console) {
        return open(data, samples, unlessSaid, preprocess.options(data, common), common, console);
    }

    /** The data to measure accuracy on. */
    Dataset openLabeled(CommonOptions common, Console console) {
        return openLabeled(data, samples, common, console);
    }

    /** Other data to measure accuracy on, with the same flags. */
    Dataset openLabeled(Path other, Optional<Integer> n, CommonOptions common, Console console) {
        DatasetOptions options = preprocess.options(other, common).requireLabels();
        return open(other, n, OptionalInt.empty(), options, common, console);
    }

    static Dataset open(
            Path path,
            Optional<Integer> samples,
            OptionalInt unlessSaid,
            DatasetOptions options,
            CommonOptions common,
            Console console) {
        if (samples.isPresent() && samples.get() < 1) {
            throw common.wrong("the number of samples is " + samples.get(), "ask for at least one example");
        }
        LabeledDataset whole = Datasets.open(path, options);
        whole.warnings().forEach(console::warn);
        int n = samples.orElse(unlessSaid.orElse(whole.size()));
        return n < whole.size() ? Datasets.spread(whole, n) : whole;
    }
}
