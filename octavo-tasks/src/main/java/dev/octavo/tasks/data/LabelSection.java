package dev.octavo.tasks.data;

import dev.octavo.core.RecipeException;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The entry {@code labels} of a data set file. */
final class LabelSection {
    private static final List<String> SOURCES = List.of("csv", "npy", "list", "imagenet");
    private static final List<String> KEYS = List.of("csv", "file", "class", "npy", "list", "imagenet", "synsets");

    private LabelSection() {}

    static LabelSource read(Section top, Yaml.Node node, Path file) {
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
        Section labels = Section.of(top.file(), "labels", mapping, KEYS);
        List<String> named =
                SOURCES.stream().filter(s -> labels.node(s).isPresent()).toList();
        if (named.size() != 1) {
            throw noLabels(top, node, "labels names none or several of csv, npy, list, imagenet");
        }
        return switch (named.get(0)) {
            case "npy" -> new LabelSource.Npy(DatasetFile.resolve(file, labels, "npy"));
            case "list" -> new LabelSource.Listed(DatasetFile.resolve(file, labels, "list"));
            case "imagenet" -> {
                if (labels.node("synsets").isEmpty()) {
                    throw noLabels(top, node, "labels has imagenet but no synsets");
                }
                yield new LabelSource.ImageNet(
                        DatasetFile.resolve(file, labels, "imagenet"), DatasetFile.resolve(file, labels, "synsets"));
            }
            default ->
                new LabelSource.Csv(
                        DatasetFile.resolve(file, labels, "csv"),
                        labels.text("file").orElse("file"),
                        labels.text("class").orElse("class"));
        };
    }

    private static RecipeException noLabels(Section top, Yaml.Node node, String what) {
        return top.wrong(
                node,
                what,
                "write labels: folders, labels: none, labels: { csv: labels.csv, file: file, class: class },"
                        + " labels: { npy: labels.npy }, labels: { list: val.txt } or labels: { imagenet: truth.txt,"
                        + " synsets: meta.mat }");
    }
}
