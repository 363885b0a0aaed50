package dev.octavo.bench.doctor;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.data.LabelSource;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Preprocess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Real networks that faults are put into, each with pictures to calibrate on and others to be scored on. */
public enum Network {
    /** ResNet-20. */
    RESNET20("cifar10/resnet20_cifar10.onnx"),
    /** ResNet-32. */
    RESNET32("cifar10/resnet32_cifar10.onnx"),
    /** ResNet-56. */
    RESNET56("cifar10/resnet56_cifar10.onnx"),
    /** SqueezeNet 1.1. */
    SQUEEZENET("imagenet/squeezenet_1.1.onnx"),
    /** MobileNetV1, a quarter of its width. */
    MOBILENET_V1("imagenet/mobilenet_v1_0.25_224.onnx");

    private static final int CALIBRATION = 16;
    private static final int TUNING = 16;
    private static final int SCORED = 100;
    private static final Map<String, Dataset> KEPT = new HashMap<>();

    private final String file;

    Network(String file) {
        this.file = file;
    }

    Graph read(Path data) {
        return OnnxReader.read(data.resolve(file));
    }

    /** What ranges and causes are read from. */
    Dataset calibration(Path data) {
        return kept("calibration", () -> Datasets.spread(seen(data), CALIBRATION));
    }

    private Dataset kept(String what, Supplier<Dataset> open) {
        return KEPT.computeIfAbsent(this + what, k -> Kept.of(open.get()));
    }

    /** What remedies are chosen on. */
    Dataset tuning(Path data) {
        return kept("tuning", () -> Datasets.spread(seen(data), isSmall() ? 2 * TUNING : TUNING));
    }

    /** What accuracy is measured on: other pictures. */
    Dataset scored(Path data) {
        return kept(
                "scored",
                () -> Datasets.spread(
                        isSmall()
                                ? open(data.resolve("cifar10/test_even5000_jpg.zip"), LabelSource.FOLDERS)
                                : everySecond(data, 1),
                        isSmall() ? 3 * SCORED : SCORED));
    }

    private boolean isSmall() {
        return file.startsWith("cifar10");
    }

    private LabeledDataset seen(Path data) {
        return isSmall() ? open(data.resolve("cifar10/train2000_jpg.zip"), LabelSource.FOLDERS) : everySecond(data, 0);
    }

    private LabeledDataset everySecond(Path data, int first) {
        Path folder = data.resolve("imagenet");
        LabeledDataset all = open(
                folder.resolve("images_even500.zip"),
                new LabelSource.Csv(folder.resolve("labels_even500.csv"), "file", "class_index"));
        return Datasets.at(
                all, IntStream.range(0, all.size()).filter(i -> i % 2 == first).toArray());
    }

    private LabeledDataset open(Path pictures, LabelSource labels) {
        return Datasets.open(
                pictures, DatasetOptions.DEFAULT.preprocess(preprocess()).labels(labels));
    }

    private Preprocess preprocess() {
        Preprocess p = isSmall() ? Preprocess.NONE : Preprocess.NONE.centerCrop(224, 224);
        return p.normalize(
                this == MOBILENET_V1
                        ? Normalize.of(List.of(127.5f), List.of(127.5f))
                        : Normalize.of(List.of(123.675f, 116.28f, 103.53f), List.of(58.395f, 57.12f, 57.375f)));
    }
}
