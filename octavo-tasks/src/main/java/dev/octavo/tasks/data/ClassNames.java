package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The classes' names, in the network's order.
 *
 * @param file a name per line, if they stand in a file
 * @param names if they do not
 */
record ClassNames(Optional<Path> file, List<String> names) {
    static final ClassNames NONE = new ClassNames(Optional.empty(), List.of());

    /** The names; a file is read now. */
    List<String> read() {
        if (file.isEmpty()) {
            return names;
        }
        List<String> lines = Lines.read(file.get(), "list of classes").stream()
                .map(String::strip)
                .filter(l -> !l.isEmpty())
                .toList();
        if (lines.isEmpty() || new HashSet<>(lines).size() != lines.size()) {
            throw new ModelException(
                    file.get().getFileName() + (lines.isEmpty() ? " names no class" : " names a class twice"),
                    "write one class per line, in the network's order");
        }
        return lines;
    }
}
