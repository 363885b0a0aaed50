package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.lidar.pipeline.FramesFile;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.image.Preprocess;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which data, and how much of it. */
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "A data set file (.yaml), a folder or .zip of pictures, an .npy or .npz (no default).")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--samples", paramLabel = "N", description = "Use N examples, evenly spread (default: see below).")
    private Optional<Integer> samples = Optional.empty();

    @Mixin
    private PreprocessFlags preprocess = new PreprocessFlags();

    /** The data, if any are given. */
    Optional<Path> given() {
        return data;
    }

    /** How many examples, if that is said. */
    Optional<Integer> samples() {
        return samples;
    }

    /** The data, which must be given. */
    Path required(CommonOptions common) {
        return data.orElseThrow(() -> common.wrong(
                "--data is missing", "give a data set file, a folder or .zip of pictures, an .npy or .npz"));
    }

    /** Refuses data, and what says how to take them, where there are to be none. */
    void requireNone(CommonOptions common) {
        if (data.isPresent() || samples.isPresent()) {
            throw common.wrong(
                    (data.isPresent() ? "--data" : "--samples") + " and --data-free exclude each other",
                    "leave one out");
        }
    }

    /** How pictures are prepared for the network, if flags say it. */
    Optional<Preprocess> preprocess(CommonOptions common) {
        return preprocess.said(common);
    }

    /** The data to calibrate with; warnings of the opener go to {@code console}. */
    Dataset open(OptionalInt unlessSaid, CommonOptions common, Console console) {
        Path path = required(common);
        return open(path, samples, unlessSaid, preprocess.options(path, common), common, console);
    }

    /**
     * What a quantized network was calibrated on, as far as its plan says so and the data have it.
     *
     * @param examples open already, and taken where the plan says nothing else
     */
    Recalled recall(Optional<Plan> plan, Graph model, Dataset examples, CommonOptions common) {
        SortedMap<String, String> provenance = plan.map(Plan::provenance).orElseGet(TreeMap::new);
        if (provenance.getOrDefault("data", "").startsWith(Calibration.NO_DATA)) {
            return new Recalled(DataFreeOptions.calibration(model, preprocess(common), common), Optional.empty());
        }
        String samples = provenance.getOrDefault("samples", "");
        if (!samples.matches("[1-9][0-9]{0,8}") || examples.fingerprint().equals(provenance.getOrDefault("data", ""))) {
            return new Recalled(new Calibration.OnData(examples, 1), Optional.empty());
        }
        Path path = required(common);
        // What is odd about the data was said when they were opened first.
        Dataset data = Datasets.spread(whole(path, preprocess.options(path, common)), Integer.parseInt(samples));
        return new Recalled(new Calibration.OnData(data, 1), Optional.of(data));
    }

    /**
     * What something was calibrated on.
     *
     * @param data what was opened for it, closed with this
     */
    record Recalled(Calibration source, Optional<Dataset> data) implements AutoCloseable {
        @Override
        public void close() {
            data.ifPresent(Dataset::close);
        }
    }

    /** Other data with the same flags, of which no labels are asked. */
    Dataset openOther(Path other, Optional<Integer> n, CommonOptions common, Console console) {
        return open(other, n, OptionalInt.empty(), preprocess.options(other, common), common, console);
    }

    /** The data to measure accuracy on. */
    TestData openFor(Task task, CommonOptions common, Console console) {
        return openFor(task, required(common), samples, common, console);
    }

    /** Other data to measure accuracy on, with the same flags. */
    TestData openFor(Task task, Path other, Optional<Integer> n, CommonOptions common, Console console) {
        // Without --data the flags tell of the network's input, and a data set file of its own pictures.
        DatasetOptions options = data.isEmpty() && PreprocessFlags.isDescribed(other)
                ? DatasetOptions.DEFAULT
                : preprocess.options(other, common);
        return TestData.of(
                task, open(other, n, OptionalInt.empty(), options.require(task.required()), common, console));
    }

    static LabeledDataset open(
            Path path,
            Optional<Integer> samples,
            OptionalInt unlessSaid,
            DatasetOptions options,
            CommonOptions common,
            Console console) {
        if (samples.isPresent() && samples.get() < 1) {
            throw common.wrong("the number of samples is " + samples.get(), "ask for at least one example");
        }
        LabeledDataset whole = whole(path, options);
        whole.warnings().forEach(console::warn);
        int n = samples.orElse(unlessSaid.orElse(whole.size()));
        return n < whole.size() ? Datasets.spread(whole, n) : whole;
    }

    /* Frames of point clouds are told from other data by what their file says. */
    private static LabeledDataset whole(Path path, DatasetOptions options) {
        return FramesFile.isOne(path) ? FramesFile.open(path) : Datasets.open(path, options);
    }
}
