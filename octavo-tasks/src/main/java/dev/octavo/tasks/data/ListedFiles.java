package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Those pictures of others that a list names, as Pascal VOC's {@code ImageSets} do: a line begins with the path, the name,
 * or the name without its extension, and what follows behind white space is not looked at.
 *
 * @param all where they lie
 * @param entries those that are named, sorted by path
 */
record ListedFiles(PictureFiles all, List<Entry> entries) implements PictureFiles {
    static ListedFiles of(PictureFiles all, Path list) {
        Set<String> named = new HashSet<>();
        for (String line : Lines.read(list, "list of pictures")) {
            if (!line.isBlank()) {
                named.add(line.strip().split("\\s+", 2)[0]);
            }
        }
        List<Entry> kept = new ArrayList<>();
        Set<String> missing = new HashSet<>(named);
        for (Entry e : all.entries()) {
            List<String> names = List.of(e.path(), e.name(), e.stem());
            if (names.stream().anyMatch(named::contains)) {
                kept.add(e);
                names.forEach(missing::remove);
            }
        }
        if (kept.isEmpty() || !missing.isEmpty()) {
            throw new ModelException(
                    Few.of(missing.stream().sorted().toList()) + " in the list " + list.getFileName() + " are not in "
                            + all.name(),
                    "check that list and pictures belong together");
        }
        return new ListedFiles(all, kept);
    }

    @Override
    public String name() {
        return all.name();
    }

    @Override
    public List<String> otherPictures() {
        return List.of(); // passed over on purpose
    }

    @Override
    public byte[] read(Entry entry) throws IOException {
        return all.read(entry);
    }

    @Override
    public void close() {
        all.close();
    }
}
