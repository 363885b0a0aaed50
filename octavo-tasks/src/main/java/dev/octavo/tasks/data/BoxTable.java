package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import dev.octavo.tasks.yaml.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Objects from a table with the columns {@code xmin, ymin, xmax, ymax} and, if there is one, {@code difficult}. */
final class BoxTable implements Boxes {
    private static final List<String> SIDES = List.of("xmin", "ymin", "xmax", "ymax");

    private final Map<String, List<TrueBox>> byName = new HashMap<>();

    private BoxTable() {}

    /** @param classes their names, in order; empty when the table has their indices */
    static BoxTable read(BoxSource.Csv source, List<String> classes) {
        List<Csv.Row> rows = Csv.read(source.file());
        String table = String.valueOf(source.file().getFileName());
        if (rows.isEmpty()) {
            throw new ModelException(table + " is empty", "write a header row and one row per object");
        }
        List<String> header = rows.get(0).fields();
        int fileColumn = column(header, source.fileColumn(), table);
        int classColumn = column(header, source.classColumn(), table);
        int[] sides = SIDES.stream().mapToInt(s -> column(header, s, table)).toArray();
        int difficult = header.indexOf("difficult");
        BoxTable boxes = new BoxTable();
        for (Csv.Row row : rows.subList(1, rows.size())) {
            String where = table + " line " + row.line();
            if (row.fields().size() != header.size()) {
                throw new ModelException(
                        where + " has " + row.fields().size() + " fields, the header has " + header.size(),
                        "put fields that hold a comma in double quotes");
            }
            int label = label(row.fields().get(classColumn), classes, where);
            Box box = box(row.fields(), sides, source.origin(), where);
            boolean hard = difficult >= 0 && row.fields().get(difficult).strip().equals("1");
            boxes.byName
                    .computeIfAbsent(row.fields().get(fileColumn).strip(), k -> new ArrayList<>())
                    .add(new TrueBox(label, box, hard ? Kind.DIFFICULT : Kind.PLAIN));
        }
        return boxes;
    }

    private static int column(List<String> header, String wanted, String table) {
        int at = header.indexOf(wanted);
        if (at < 0) {
            throw new ModelException(
                    table + " has no column '" + wanted + "', its columns are " + String.join(", ", header),
                    "name the columns: boxes: { csv: " + table + ", file: "
                            + Nearest.of("file", header).orElse("file") + ", class: "
                            + Nearest.of(wanted, header).orElse("class") + " }; boxes are xmin, ymin, xmax, ymax");
        }
        return at;
    }

    private static int label(String text, List<String> classes, String where) {
        String name = text.strip();
        int at = classes.indexOf(name);
        if (at >= 0) {
            return at;
        }
        try {
            int label = Integer.parseInt(name);
            if (label >= 0) {
                return label;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same message: the text is neither a name nor an index.
        }
        throw new ModelException(
                where + " has the class '" + name + "'",
                classes.isEmpty()
                        ? "name the classes in order under classes, or choose the column with their indices"
                        : Nearest.of(name, classes)
                                        .map(n -> "did you mean " + n + "? ")
                                        .orElse("") + "Classes are named under classes, or whole numbers from 0");
    }

    private static Box box(List<String> fields, int[] sides, double origin, String where) {
        double[] v = new double[4];
        try {
            for (int i = 0; i < 4; i++) {
                v[i] = Double.parseDouble(fields.get(sides[i]).strip()) - origin;
            }
            return new Box(v[0], v[1], v[2], v[3]);
        } catch (IllegalArgumentException e) {
            throw new ModelException(
                    where + " has no box: " + e.getMessage(), "write numbers, xmin <= xmax and ymin <= ymax", e);
        }
    }

    /** Says which rows have no picture and which pictures no row; an error when nothing fits. */
    void check(PictureFiles files, Path table, List<String> warnings) {
        Set<String> unused = new TreeSet<>(byName.keySet());
        Set<String> empty = new TreeSet<>();
        for (PictureFiles.Entry e : files.entries()) {
            Set<String> names = new HashSet<>(List.of(e.path(), e.name(), e.stem()));
            if (!unused.removeAll(names)) {
                empty.add(e.path());
            }
        }
        if (empty.size() == files.entries().size()) {
            throw new ModelException(
                    "no row of " + table.getFileName() + " names a picture in " + files.name() + " (rows name "
                            + Few.names(List.copyOf(unused)) + "; pictures are " + Few.names(List.copyOf(empty)) + ")",
                    "check that table and pictures belong together, and which column holds the file name");
        }
        if (!empty.isEmpty()) {
            warnings.add(Few.of(List.copyOf(empty)) + " have no box in " + table.getFileName()
                    + ": taken for pictures without objects");
        }
    }

    @Override
    public List<TrueBox> of(PictureFiles.Entry picture) {
        for (String name : List.of(picture.path(), picture.name(), picture.stem())) {
            List<TrueBox> found = byName.get(name);
            if (found != null) {
                return found;
            }
        }
        return List.of();
    }
}
