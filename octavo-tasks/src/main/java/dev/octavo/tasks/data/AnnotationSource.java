package dev.octavo.tasks.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Which pictures there are and where their annotations lie.
 *
 * @param list the names of the pictures to take; without it all are
 * @param boxes where objects come from
 * @param masks the folder or zip of label maps
 */
public record AnnotationSource(Optional<Path> list, BoxSource boxes, Optional<Path> masks) {
    /** All pictures, no annotations. */
    public static final AnnotationSource NONE =
            new AnnotationSource(Optional.empty(), BoxSource.NONE, Optional.empty());
}
