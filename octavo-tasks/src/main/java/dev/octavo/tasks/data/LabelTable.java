package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.tasks.yaml.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table of labels.
 *
 * @param file where it was read
 * @param classes class index by the file name as the table has it
 */
record LabelTable(Path file, Map<String, Integer> classes) {
    static LabelTable read(LabelSource.Csv source) {
        List<Csv.Row> rows = Csv.read(source.file());
        String table = String.valueOf(source.file().getFileName());
        if (rows.isEmpty()) {
            throw new ModelException(table + " is empty", "write a header row and one row per picture");
        }
        List<String> header = rows.get(0).fields();
        int fileColumn = column(header, source.fileColumn(), table);
        int classColumn = column(header, source.classColumn(), table);
        Map<String, Integer> classes = new LinkedHashMap<>();
        for (Csv.Row row : rows.subList(1, rows.size())) {
            String where = table + " line " + row.line();
            if (row.fields().size() != header.size()) {
                throw new ModelException(
                        where + " has " + row.fields().size() + " fields, the header has " + header.size(),
                        "put fields that hold a comma in double quotes");
            }
            String file = normal(row.fields().get(fileColumn));
            int label = label(row.fields().get(classColumn), where);
            Integer before = classes.put(file, label);
            if (before != null && before != label) {
                throw new ModelException(
                        where + " gives '" + file + "' class " + label + ", an earlier row class " + before,
                        "keep one of the rows");
            }
        }
        return new LabelTable(source.file(), classes);
    }

    /** A list without a header: on each line a file and, behind white space, its class. */
    static LabelTable list(Path file) {
        Map<String, Integer> classes = new LinkedHashMap<>();
        int line = 0;
        for (String text : Lines.read(file, "list of labels")) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            String where = file.getFileName() + " line " + line;
            int gap = Math.max(text.strip().lastIndexOf(' '), text.strip().lastIndexOf('\t'));
            if (gap < 0) {
                throw new ModelException(where + " is '" + text.strip() + "'", "write a file, a space and its class");
            }
            String picture = normal(text.strip().substring(0, gap));
            if (classes.put(picture, label(text.strip().substring(gap), where)) != null) {
                throw new ModelException(where + " names '" + picture + "' a second time", "keep one of the lines");
            }
        }
        return new LabelTable(file, classes);
    }

    /** The class of each picture, -1 where the table has none. */
    int[] match(PictureFiles files, List<String> warnings) {
        List<PictureFiles.Entry> entries = files.entries();
        Map<String, List<Integer>> places = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            places.computeIfAbsent(entries.get(i).name(), k -> new ArrayList<>(1))
                    .add(i);
        }
        Map<String, Integer> byPath = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            byPath.put(entries.get(i).path(), i);
        }
        int[] found = new int[entries.size()];
        Arrays.fill(found, -1);
        List<String> missing = new ArrayList<>();
        classes.forEach((picture, label) -> {
            Integer exact = byPath.get(picture);
            List<Integer> same = places.getOrDefault(baseName(picture), List.of());
            if (exact != null) {
                found[exact] = label;
            } else if (same.isEmpty()) {
                missing.add(picture);
            } else if (same.size() == 1) {
                found[same.get(0)] = label;
            } else {
                throw ambiguous(
                        picture, same.stream().map(i -> entries.get(i).path()).toList());
            }
        });
        if (missing.size() == classes.size()) {
            throw new ModelException(
                    "no row of "
                            + file.getFileName()
                            + " names a picture in "
                            + files.name()
                            + " (rows name "
                            + Few.names(missing)
                            + "; pictures are "
                            + Few.names(entries.stream()
                                    .map(PictureFiles.Entry::path)
                                    .toList())
                            + ")",
                    "check that table and pictures belong together, and which column holds the file name");
        }
        if (!missing.isEmpty()) {
            warnings.add(Few.of(missing) + " labelled in " + file.getFileName() + " are not among the pictures");
        }
        return found;
    }

    private static ModelException ambiguous(String file, List<String> paths) {
        return new ModelException(
                "the label of '" + file + "' fits " + paths.size() + " pictures (" + Few.names(paths) + ")",
                "write the path from the root of the data into the table");
    }

    private static int column(List<String> header, String wanted, String table) {
        int at = header.indexOf(wanted);
        if (at < 0) {
            throw new ModelException(
                    table + " has no column '" + wanted + "', its columns are " + String.join(", ", header),
                    "name the columns: labels: { csv: "
                            + table
                            + ", file: "
                            + Nearest.of("file", header).orElse("file")
                            + ", class: "
                            + Nearest.of(wanted, header).orElse("class")
                            + " }");
        }
        return at;
    }

    private static int label(String text, String where) {
        try {
            int label = Integer.parseInt(text.strip());
            if (label >= 0) {
                return label;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same message: the text is no class index.
        }
        throw new ModelException(where + " has the class '" + text + "'", "classes are whole numbers from 0");
    }

    /** {@code ./a\b.jpg} and {@code a/b.jpg} are the same file. */
    private static String normal(String file) {
        String path = file.strip().replace('\\', '/');
        return path.startsWith("./") ? path.substring(2) : path;
    }

    private static String baseName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
