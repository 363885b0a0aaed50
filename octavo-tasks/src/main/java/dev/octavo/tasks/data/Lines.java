package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Text files by lines. */
final class Lines {
    private Lines() {}

    /** @param what to call it when it is not there: "list of pictures" */
    static List<String> read(Path file, String what) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return (text.startsWith("\uFEFF") ? text.substring(1) : text)
                    .lines()
                    .toList();
        } catch (NoSuchFileException e) {
            throw new ModelException("there is no " + what + " at " + file, "check the path", e);
        } catch (IOException e) {
            throw PictureFiles.unreadable(file.toString(), e);
        }
    }
}
