package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/** The class index of each picture, by its place in the sorted order; -1 where there is none. */
final class Labels {
    private static final int NONE = -1;

    private final int[] classes;

    private Labels(int[] classes) {
        this.classes = classes;
    }

    OptionalInt of(int index) {
        return classes[index] == NONE ? OptionalInt.empty() : OptionalInt.of(classes[index]);
    }

    /** The labels that the options ask for; adds to {@code warnings} what was odd. */
    static Labels of(PictureFiles files, DatasetOptions options, List<String> warnings) {
        LabelSource source = options.labels();
        int[] classes;
        if (source instanceof LabelSource.Csv csv) {
            classes = LabelTable.read(csv).match(files, warnings);
        } else if (source instanceof LabelSource.Listed list) {
            classes = LabelTable.list(list.file()).match(files, warnings);
        } else if (source instanceof LabelSource.ImageNet imageNet) {
            classes = ImageNetLabels.read(imageNet).match(files, warnings);
        } else if (source instanceof LabelSource.Npy npy) {
            classes = ArrayLabels.read(npy.file(), files.entries().size());
        } else if (source instanceof LabelSource.None) {
            classes = none(files);
        } else {
            classes = fromFolders(files, source instanceof LabelSource.Folders, warnings);
        }
        reportMissing(files, classes, options, warnings);
        return new Labels(classes);
    }

    private static int[] none(PictureFiles files) {
        int[] classes = new int[files.entries().size()];
        Arrays.fill(classes, NONE);
        return classes;
    }

    /** Folders that all pictures share do not count: {@code data/cat/1.jpg} is of class cat. */
    private static int[] fromFolders(PictureFiles files, boolean required, List<String> warnings) {
        List<String> paths =
                files.entries().stream().map(PictureFiles.Entry::path).toList();
        int shared = sharedFolders(paths);
        SortedSet<String> names = new TreeSet<>();
        List<String> outside = new ArrayList<>();
        for (String path : paths) {
            int end = path.indexOf('/', shared);
            if (end < 0) {
                outside.add(path);
            } else {
                names.add(path.substring(shared, end));
            }
        }
        if (names.isEmpty() || !outside.isEmpty()) {
            if (!required) {
                if (!names.isEmpty()) {
                    warnings.add("no labels: some pictures lie in class folders, but not " + Few.names(outside));
                }
                return none(files);
            }
            throw new ModelException(
                    "labels come from class folders, but in "
                            + files.name()
                            + " "
                            + Few.of(outside)
                            + (outside.size() == 1 ? " lies" : " lie")
                            + " in none",
                    "put each picture into the folder of its class (two classes or more), or give labels: {"
                            + " csv: … }");
        }
        List<String> sorted = List.copyOf(names);
        int[] classes = new int[paths.size()];
        for (int i = 0; i < classes.length; i++) {
            String path = paths.get(i);
            classes[i] = sorted.indexOf(path.substring(shared, path.indexOf('/', shared)));
        }
        return classes;
    }

    /** Length of the longest {@code a/b/} that begins every path. */
    private static int sharedFolders(List<String> paths) {
        String first = paths.get(0);
        int end = first.lastIndexOf('/') + 1;
        for (String path : paths) {
            while (!path.startsWith(first.substring(0, end))) {
                end = first.lastIndexOf('/', end - 2) + 1;
            }
        }
        return end;
    }

    private static void reportMissing(
            PictureFiles files, int[] classes, DatasetOptions options, List<String> warnings) {
        List<String> without = new ArrayList<>();
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] == NONE) {
                without.add(files.entries().get(i).path());
            }
        }
        if (!without.isEmpty() && options.labelsRequired()) {
            throw new ModelException(
                    Few.of(without) + " of " + classes.length + " in " + files.name() + " have no label",
                    "label them: in a table (labels: { csv: …, file: …, class: … }) or by class folders"
                            + " (labels: folders)");
        }
        if (!without.isEmpty() && without.size() < classes.length) {
            warnings.add(Few.of(without) + " of " + classes.length + " have no label");
        }
    }
}
