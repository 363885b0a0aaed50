package dev.octavo.tasks.data;

import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.truth.TrueBox;
import java.util.List;

/** Finds the objects of a picture; safe for several threads. */
interface Boxes {
    /**
     * Its objects.
     *
     * @throws UnreadableSampleException when this picture's annotation is missing or broken and others still can be read
     */
    List<TrueBox> of(PictureFiles.Entry picture) throws UnreadableSampleException;

    /** Their classes' names, where the source has them; empty otherwise. */
    default List<String> classes() {
        return List.of();
    }
}
