package dev.octavo.tasks.data;

import dev.octavo.core.RecipeException;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a data set file says. Its keys are listed in {@code docs/datasets.md}.
 *
 * @param data pictures or arrays
 * @param labels where the labels come from, if it says so
 * @param preprocess from pictures to tensors, if it says so
 * @param annotations which of the pictures, and what they are annotated with
 * @param classes the classes' names
 * @param measure how outputs are read and counted, but for the classes
 */
record DatasetFile(
        Path data,
        Optional<LabelSource> labels,
        Optional<Preprocess> preprocess,
        AnnotationSource annotations,
        ClassNames classes,
        Measure measure) {
    private static final List<String> KEYS = List.of(
            "images",
            "arrays",
            "voc",
            "set",
            "list",
            "labels",
            "boxes",
            "masks",
            "classes",
            "preprocess",
            "postprocess",
            "metric");
    private static final List<String> DATA = List.of("images", "arrays", "voc");

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
        List<String> data = DATA.stream().filter(k -> top.node(k).isPresent()).toList();
        if (data.size() != 1) {
            throw new RecipeException(
                    name + " names " + (data.isEmpty() ? "no data" : "both " + String.join(" and ", data)),
                    "write one of images: folder-or.zip, arrays: x.npz, voc: VOCdevkit/VOC2012");
        }
        Path named = resolve(file, top, data.get(0));
        boolean voc = data.get(0).equals("voc");
        return new DatasetFile(
                voc ? named.resolve("JPEGImages") : named,
                top.node("labels").map(n -> LabelSection.read(top, n, file)),
                top.node("preprocess").map(n -> PreprocessSection.read(top, n)),
                AnnotationSection.read(top, file, voc ? Optional.of(named) : Optional.empty()),
                AnnotationSection.classes(top, file),
                MeasureSection.read(top, file));
    }

    static Path resolve(Path file, Section section, String key) {
        String text = section.text(key).orElse("");
        try {
            return file.toAbsolutePath().resolveSibling(text).normalize();
        } catch (InvalidPathException e) {
            throw new RecipeException(section.file() + ": " + key + " is no path: " + e.getMessage(), "check the path");
        }
    }
}
