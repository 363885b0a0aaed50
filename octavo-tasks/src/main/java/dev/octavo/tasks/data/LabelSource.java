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
     * A list without a header, on each line a file and its class: Caffe's {@code val.txt}.
     *
     * @param file the list
     */
    record Listed(Path file) implements LabelSource {}

    /**
     * ImageNet's validation pictures as published.
     *
     * @param truth {@code ILSVRC2012_validation_ground_truth.txt}: on line n the number of the synset of picture n
     * @param synsets {@code meta.mat} or {@code map_clsloc.txt} of the development kit: the synsets' numbers and names;
     *     classes are the names' places when sorted
     */
    record ImageNet(Path truth, Path synsets) implements LabelSource {}

    /**
     * A NumPy array of integers, one per example.
     *
     * @param file an {@code .npy} file
     */
    record Npy(Path file) implements LabelSource {}
}
