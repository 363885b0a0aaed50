package dev.octavo.tasks.data;

import dev.octavo.core.RecipeException;
import dev.octavo.tasks.image.ChannelOrder;
import dev.octavo.tasks.image.Layout;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.image.Resize;
import dev.octavo.tasks.image.ResizeFilter;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a data set file says. Its keys are listed in {@code docs/datasets.md}.
 *
 * @param data pictures or arrays
 * @param labels where the labels come from, if it says so
 * @param preprocess from pictures to tensors, if it says so
 */
record DatasetFile(Path data, Optional<LabelSource> labels, Optional<Preprocess> preprocess) {
    private static final List<String> KEYS = List.of("images", "arrays", "labels", "preprocess");
    private static final List<String> LABEL_KEYS = List.of("csv", "file", "class", "npy");
    private static final List<String> STEPS = List.of(
            "resize-shorter", "resize", "filter", "center-crop", "channels", "scale", "mean", "std", "order", "layout");

    static DatasetFile read(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return parse(text, file);
        } catch (IOException e) {
            throw PictureFiles.unreadable(file.toString(), e);
        }
    }

    /** Reads the text of {@code file}; paths in it are relative to the folder of {@code file}. */
    static DatasetFile parse(String text, Path file) {
        String name = String.valueOf(file.getFileName());
        Yaml.Mapping root = Yaml.parse(text, name);
        Section top = Section.of(name, "a data set file", root, KEYS);
        Optional<Yaml.Node> data = top.node("images").or(() -> top.node("arrays"));
        if (data.isEmpty()
                || (top.node("images").isPresent() && top.node("arrays").isPresent())) {
            throw new RecipeException(
                    name + " names " + (data.isEmpty() ? "no data" : "both images and arrays"),
                    "write one of images: folder-or.zip, arrays: x.npz");
        }
        String key = top.node("images").isPresent() ? "images" : "arrays";
        return new DatasetFile(
                resolve(file, top, key),
                top.node("labels").map(n -> labels(top, n, file)),
                top.node("preprocess").map(n -> preprocess(top, n)));
    }

    private static Path resolve(Path file, Section section, String key) {
        String text = section.text(key).orElse("");
        try {
            return file.toAbsolutePath().resolveSibling(text).normalize();
        } catch (InvalidPathException e) {
            throw new RecipeException(section.file() + ": " + key + " is no path: " + e.getMessage(), "check the path");
        }
    }

    private static LabelSource labels(Section top, Yaml.Node node, Path file) {
        if (node instanceof Yaml.Scalar scalar) {
            return switch (scalar.text().toLowerCase(Locale.ROOT)) {
                case "folders" -> LabelSource.FOLDERS;
                case "none", "null" -> LabelSource.NONE;
                default -> throw noLabels(top, node, "labels is '" + scalar.text() + "'");
            };
        }
        if (!(node instanceof Yaml.Mapping mapping)) {
            throw noLabels(top, node, "labels is a list");
        }
        Section labels = Section.of(top.file(), "labels", mapping, LABEL_KEYS);
        if (labels.node("csv").isPresent() == labels.node("npy").isPresent()) {
            throw noLabels(top, node, "labels names neither or both of csv and npy");
        }
        if (labels.node("npy").isPresent()) {
            return new LabelSource.Npy(resolve(file, labels, "npy"));
        }
        return new LabelSource.Csv(
                resolve(file, labels, "csv"),
                labels.text("file").orElse("file"),
                labels.text("class").orElse("class"));
    }

    private static RecipeException noLabels(Section top, Yaml.Node node, String what) {
        return top.wrong(
                node,
                what,
                "write labels: folders, labels: none, labels: { csv: labels.csv, file: file, class: class }"
                        + " or labels: { npy: labels.npy }");
    }

    private static Preprocess preprocess(Section top, Yaml.Node node) {
        if (!(node instanceof Yaml.Mapping mapping)) {
            throw top.wrong(node, "preprocess is no list of steps", "write preprocess: { resize: 224 }");
        }
        Section steps = Section.of(top.file(), "preprocess", mapping, STEPS);
        if (steps.node("resize").isPresent() && steps.node("resize-shorter").isPresent()) {
            throw top.wrong(node, "preprocess has resize and resize-shorter", "keep one of them");
        }
        Optional<Resize> resize = resize(steps);
        if (resize.isEmpty() && steps.node("filter").isPresent()) {
            throw top.wrong(node, "preprocess has a filter but no resize", "drop the filter");
        }
        Optional<Resize.Exact> crop = steps.size("center-crop")
                .map(size -> steps.valid(() -> new Resize.Exact(size[0], size[1]), "center-crop"));
        float scale = steps.number("scale").orElse(1.0).floatValue();
        List<Float> mean = steps.numbers("mean").orElse(Normalize.NONE.mean());
        List<Float> std = steps.numbers("std").orElse(Normalize.NONE.std());
        Normalize normalize = steps.valid(() -> new Normalize(scale, mean, std), "std", "mean", "scale");
        ChannelOrder order = steps.choice("order", ChannelOrder.class).orElse(ChannelOrder.RGB);
        Layout layout = steps.choice("layout", Layout.class).orElse(Layout.NCHW);
        int channels = steps.integer("channels").orElse(3);
        return steps.valid(
                () -> new Preprocess(resize, crop, normalize, channels, order, layout), "mean", "std", "channels");
    }

    private static Optional<Resize> resize(Section steps) {
        ResizeFilter filter = steps.choice("filter", ResizeFilter.class).orElse(ResizeFilter.BILINEAR);
        Optional<Resize.Target> shorter =
                steps.integer("resize-shorter").map(n -> steps.valid(() -> new Resize.Shorter(n), "resize-shorter"));
        Optional<Resize.Target> exact =
                steps.size("resize").map(n -> steps.valid(() -> new Resize.Exact(n[0], n[1]), "resize"));
        return shorter.or(() -> exact).map(target -> new Resize(target, filter));
    }
}
