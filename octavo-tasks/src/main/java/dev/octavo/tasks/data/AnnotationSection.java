package dev.octavo.tasks.data;

import dev.octavo.core.RecipeException;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** The entries {@code list, set, boxes, masks, classes} of a data set file. */
final class AnnotationSection {
    private static final List<String> KEYS = List.of("csv", "voc", "coco", "file", "class", "origin");
    private static final List<String> SOURCES = List.of("csv", "voc", "coco");

    private AnnotationSection() {}

    /** @param voc the folder of a Pascal VOC data set, if that is what was named */
    static AnnotationSource read(Section top, Path file, Optional<Path> voc) {
        Optional<Path> list = top.node("list").map(n -> DatasetFile.resolve(file, top, "list"));
        Optional<String> set = top.text("set");
        if (set.isPresent()) {
            if (voc.isEmpty() || list.isPresent()) {
                throw new RecipeException(
                        top.file() + ": set belongs to voc, and excludes list",
                        "write list: names.txt, or voc: FOLDER");
            }
            list = voc.map(folder -> folder.resolve("ImageSets").resolve(set.get() + ".txt"));
        }
        BoxSource boxes = top.node("boxes")
                .map(n -> boxes(top, n, file))
                .orElse(voc.<BoxSource>map(f -> new BoxSource.Voc(f.resolve("Annotations"), 1))
                        .orElse(BoxSource.NONE));
        Optional<Path> masks = top.node("masks")
                .map(n -> DatasetFile.resolve(file, top, "masks"))
                .or(() -> voc.map(f -> f.resolve("SegmentationClass")));
        return new AnnotationSource(list, boxes, masks);
    }

    private static BoxSource boxes(Section top, Yaml.Node node, Path file) {
        String fix = "write boxes: { csv: boxes.csv }, boxes: { voc: Annotations } or boxes: { coco: instances.json }";
        if (!(node instanceof Yaml.Mapping mapping)) {
            throw top.wrong(node, "boxes names no source", fix);
        }
        Section boxes = Section.of(top.file(), "boxes", mapping, KEYS);
        List<String> named =
                SOURCES.stream().filter(s -> boxes.node(s).isPresent()).toList();
        if (named.size() != 1) {
            throw top.wrong(node, "boxes names none or several of csv, voc, coco", fix);
        }
        Path source = DatasetFile.resolve(file, boxes, named.get(0));
        return switch (named.get(0)) {
            case "voc" -> new BoxSource.Voc(source, boxes.number("origin").orElse(1.0));
            case "coco" -> new BoxSource.Coco(source);
            default ->
                new BoxSource.Csv(
                        source,
                        boxes.text("file").orElse("file"),
                        boxes.text("class").orElse("class"),
                        boxes.number("origin").orElse(0.0));
        };
    }

    static ClassNames classes(Section top, Path file) {
        Optional<Yaml.Node> node = top.node("classes");
        if (node.isEmpty()) {
            return ClassNames.NONE;
        }
        if (!(node.get() instanceof Yaml.Sequence sequence)) {
            return new ClassNames(Optional.of(DatasetFile.resolve(file, top, "classes")), List.of());
        }
        List<String> names = new ArrayList<>();
        for (Yaml.Node n : sequence.items()) {
            if (!(n instanceof Yaml.Scalar name) || name.text().isBlank()) {
                throw top.wrong(n, "classes holds something that is no name", "write classes: [cat, dog]");
            }
            names.add(name.text().strip());
        }
        if (names.isEmpty() || new HashSet<>(names).size() != names.size()) {
            throw top.wrong(
                    node.get(), "classes names none, or one twice", "name each class once, in the network's order");
        }
        return new ClassNames(Optional.empty(), names);
    }
}
