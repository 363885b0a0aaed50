package dev.octavo.cli;

import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Dataset;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.data.LabeledDataset;
import java.nio.file.Path;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** Which data, and how much of it. */
final class DataOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "DATA",
            description = "A data set file (.yaml), a folder or .zip of pictures, an .npy or .npz.")
    Path data = Path.of("");

    @Option(names = "--samples", paramLabel = "N", description = "Use N examples, evenly spread (default: all).")
    int samples;

    /** The data set; warnings of the opener go to {@code console}. */
    Dataset open(boolean labelsRequired, OptionalInt unlessSaid, Console console) {
        if (samples < 0) {
            throw new RecipeException("--samples is " + samples, "ask for at least one example");
        }
        DatasetOptions options = labelsRequired ? DatasetOptions.DEFAULT.requireLabels() : DatasetOptions.DEFAULT;
        LabeledDataset whole = Datasets.open(data, options);
        whole.warnings().forEach(console::warn);
        int n = samples > 0 ? samples : unlessSaid.orElse(whole.size());
        return n < whole.size() ? Datasets.spread(whole, n) : whole;
    }
}
