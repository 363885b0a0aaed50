package dev.octavo.tasks.data;

import java.nio.file.Path;

/** Where the boxes of a picture's objects come from. */
public sealed interface BoxSource {
    /** Nowhere. */
    BoxSource NONE = new None();

    /** See {@link #NONE}. */
    record None() implements BoxSource {}

    /**
     * A table with a header row and one row per object. A picture without a row has no objects.
     *
     * @param file the table
     * @param fileColumn the column that names the picture, by its path or by its last part
     * @param classColumn the column with the class: its index, or its name
     * @param origin the coordinate of the first pixel: 0, or 1 as Pascal VOC counts
     */
    record Csv(Path file, String fileColumn, String classColumn, double origin) implements BoxSource {}

    /**
     * Pascal VOC's folder {@code Annotations}: an XML file per picture.
     *
     * @param folder it
     * @param origin the coordinate of the first pixel, 1 in those files
     */
    record Voc(Path folder, double origin) implements BoxSource {}

    /**
     * COCO's {@code instances_….json}.
     *
     * @param file it
     */
    record Coco(Path file) implements BoxSource {}
}
