package dev.octavo.tasks.data;

import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.PictureDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Label maps: a PNG per picture, found by the picture's name without its extension. Safe for several threads. */
final class Masks implements AutoCloseable {
    private final PictureFiles files;
    private final Map<String, PictureFiles.Entry> byStem = new HashMap<>();
    private final PictureDecoder decoder = new PictureDecoder();

    private Masks(PictureFiles files) {
        this.files = files;
        files.entries().forEach(e -> byStem.put(e.stem(), e));
    }

    static Masks open(Path where) {
        return new Masks(PictureFiles.open(where));
    }

    LabelMap of(PictureFiles.Entry picture) throws UnreadableSampleException {
        PictureFiles.Entry mask = byStem.get(picture.stem());
        if (mask == null) {
            throw new UnreadableSampleException(
                    picture.path(), "it has no mask " + picture.stem() + ".png in " + files.name(), null);
        }
        try {
            return decoder.labels(files.read(mask), mask.path());
        } catch (IOException e) {
            throw new UnreadableSampleException(mask.path(), "it cannot be read (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public void close() {
        decoder.close();
        files.close();
    }
}
