package dev.octavo.tasks.data;

import java.nio.file.Path;

/** Where the class index of an example comes from. */
public sealed interface LabelSource {
    /** Class folders when the pictures lie in two or more, arrays named so in an .npz, else none. */
    LabelSource AUTO = new Auto();

    /** The folders' names, sorted: the first is class 0. */
    LabelSource FOLDERS = new Folders();

    /** No labels: good for calibration, not for accuracy. */
    LabelSource NONE = new None();

    /** See {@link #AUTO}. */
    record Auto() implements LabelSource {}

    /** See {@link #FOLDERS}. */
    record Folders() implements LabelSource {}

    /** See {@link #NONE}. */
    record None() implements LabelSource {}

    /**
     * A table with a header row.
     *
     * @param file the table
     * @param fileColumn the column that names the picture, by its path or by its last part
     * @param classColumn the column with the class index, 0 or more
     */
    record Csv(Path file, String fileColumn, String classColumn) implements LabelSource {}

    /**
     * A NumPy array of integers, one per example.
     *
     * @param file an {@code .npy} file
     */
    record Npy(Path file) implements LabelSource {}
}
