package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Opens data sets and takes parts of them.
 *
 * <p>What can be opened: a data set file ({@code .yaml}, see {@code docs/datasets.md}), a folder or
 * zip of pictures, a NumPy array ({@code .npy}, {@code .npz}) whose first axis counts the examples.
 */
public final class Datasets {
    private Datasets() {}

    /**
     * Opens a data set; nothing but names and labels is read yet.
     *
     * @throws ModelException when the data cannot be used: no such file, no pictures, pictures
     *     without a label where labels are required
     * @throws dev.octavo.core.RecipeException when a data set file says something unknown
     */
    public static LabeledDataset open(Path path, DatasetOptions options) {
        if (!Files.exists(path) && PictureFiles.insideZip(path).isPresent()) {
            return pictures(PictureFiles.open(path), options);
        }
        if (!Files.exists(path)) {
            throw new ModelException("there is no data at " + path, "check the path");
        }
        if (Files.isDirectory(path)) {
            return pictures(FolderFiles.of(path), options);
        }
        return switch (extension(path)) {
            case "yaml", "yml" -> open(DatasetFile.read(path), options);
            case "npy", "npz" -> ArrayDataset.open(path, options);
            case "zip" -> pictures(ZipFiles.of(path), options);
            default ->
                throw new ModelException(
                        path + " is no kind of data that can be opened",
                        "give a data set file (.yaml), a folder or .zip of pictures, an .npy or .npz");
        };
    }

    private static LabeledDataset open(DatasetFile file, DatasetOptions options) {
        DatasetOptions declared = new DatasetOptions(
                file.preprocess().or(options::preprocess), file.labels().orElse(options.labels()), options.required());
        Path data = file.data();
        String kind = extension(data);
        if (kind.equals("yaml") || kind.equals("yml")) {
            throw new ModelException("the data set file names another data set file, " + data, "name the data itself");
        }
        if (kind.equals("npy") || kind.equals("npz")) {
            return open(data, declared);
        }
        PictureFiles files = PictureFiles.open(data);
        try {
            PictureFiles wanted = file.annotations()
                    .list()
                    .<PictureFiles>map(list -> ListedFiles.of(files, list))
                    .orElse(files);
            return LabeledImages.of(wanted, declared, file.annotations(), measure(file, options));
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private static Measure measure(DatasetFile file, DatasetOptions options) {
        List<String> classes = file.classes().read();
        if (classes.isEmpty() && file.annotations().boxes() instanceof BoxSource.Voc) {
            List<String> voc = new ArrayList<>(VocBoxes.CLASSES);
            if (options.required() == DatasetOptions.Required.MASKS) {
                voc.add(0, "background");
            }
            classes = voc;
        }
        return file.measure().classes(classes);
    }

    private static LabeledDataset pictures(PictureFiles files, DatasetOptions options) {
        try {
            return LabeledImages.of(files, options);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** The first {@code n} examples, or all when there are fewer. */
    public static LabeledDataset firstN(Dataset whole, int n) {
        requirePositive(n);
        return new Subset(whole, IntStream.range(0, Math.min(n, whole.size())).toArray());
    }

    /**
     * {@code n} examples evenly spaced over the order of the data set, the first among them, or all
     * when there are fewer. Data sorted by class is thereby covered evenly.
     */
    public static LabeledDataset spread(Dataset whole, int n) {
        requirePositive(n);
        int size = whole.size();
        int take = Math.min(n, size);
        return new Subset(
                whole,
                IntStream.range(0, take)
                        .map(i -> (int) ((long) i * size / take))
                        .toArray());
    }

    /** The examples at these places, in this order. */
    public static LabeledDataset at(Dataset whole, int... indices) {
        for (int i : indices) {
            if (i < 0 || i >= whole.size()) {
                throw new IllegalArgumentException("example " + i + " of " + whole.size());
            }
        }
        return new Subset(whole, indices.clone());
    }

    private static void requirePositive(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("at least one example is taken, got " + n);
        }
    }

    static String extension(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
