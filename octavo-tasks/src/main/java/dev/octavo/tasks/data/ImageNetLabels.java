package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The validation labels of ImageNet (ILSVRC2012) as they are published: line n of the ground truth is the number of the
 * synset of {@code ILSVRC2012_val_0000000n.JPEG}. Networks count classes otherwise, in the order of the synsets' names
 * ({@code n01440764} is class 0): the development kit says which number is which name.
 */
final class ImageNetLabels {
    /** Synsets with higher numbers are parents in the hierarchy and no classes. */
    private static final int CLASSES = 1000;

    private ImageNetLabels() {}

    static LabelTable read(LabelSource.ImageNet source) {
        Map<Integer, Integer> classes = classes(source.synsets());
        Map<String, Integer> byFile = new LinkedHashMap<>();
        int line = 0;
        for (String text : Lines.read(source.truth(), "ground truth")) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            Integer label = null;
            try {
                label = classes.get(Integer.parseInt(text.strip()));
            } catch (NumberFormatException e) {
                // Falls through to the same message: the text is no number of a synset.
            }
            if (label == null) {
                throw new ModelException(
                        source.truth().getFileName() + " line " + line + " has '" + text.strip()
                                + "', which is no class of " + source.synsets().getFileName(),
                        "give ILSVRC2012_validation_ground_truth.txt and meta.mat of the same development kit");
            }
            byFile.put(String.format(Locale.ROOT, "ILSVRC2012_val_%08d.JPEG", line), label);
        }
        return new LabelTable(source.truth(), byFile);
    }

    /** Class index by synset number. */
    private static Map<Integer, Integer> classes(Path synsets) {
        Map<Integer, String> names =
                Datasets.extension(synsets).equals("mat") ? MatSynsets.read(synsets) : text(synsets);
        List<String> sorted = names.entrySet().stream()
                .filter(e -> e.getKey() >= 1 && e.getKey() <= CLASSES)
                .map(Map.Entry::getValue)
                .sorted()
                .toList();
        Map<Integer, Integer> classes = new TreeMap<>();
        names.forEach((number, name) -> {
            if (number >= 1 && number <= CLASSES) {
                classes.put(number, sorted.indexOf(name));
            }
        });
        return classes;
    }

    /** {@code map_clsloc.txt}: name, number, words. */
    private static Map<Integer, String> text(Path file) {
        Map<Integer, String> names = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        for (String line : Lines.read(file, "list of synsets")) {
            String[] fields = line.strip().split("\\s+");
            try {
                if (fields.length > 1) {
                    names.put(Integer.parseInt(fields[1]), fields[0]);
                }
            } catch (NumberFormatException e) {
                wrong.add(line);
            }
        }
        if (names.isEmpty() || !wrong.isEmpty()) {
            throw new ModelException(
                    file.getFileName() + " is no list of synsets" + (wrong.isEmpty() ? "" : ": " + wrong.get(0)),
                    "give meta.mat or map_clsloc.txt: a name like n01440764 and a number on each line");
        }
        return names;
    }
}
