package dev.octavo.tasks.data;

import dev.octavo.tasks.image.Preprocess;
import java.util.Optional;

/**
 * How to open a data set that does not describe itself. What a data set file declares wins.
 *
 * @param preprocess from pictures to tensors; none hands pixels 0..255 on and warns
 * @param labels where the labels come from
 * @param required what each example must come with; boxes and masks are read only when required
 */
public record DatasetOptions(Optional<Preprocess> preprocess, LabelSource labels, Required required) {
    /** What an example must come with. */
    public enum Required {
        /** Nothing: enough for calibration. */
        NOTHING,
        /** A class. */
        LABELS,
        /** The boxes of its objects. */
        BOXES,
        /** The class of each of its pixels. */
        MASKS
    }

    /** No pre-processing, labels where they are found. */
    public static final DatasetOptions DEFAULT =
            new DatasetOptions(Optional.empty(), LabelSource.AUTO, Required.NOTHING);

    /** The same with this pre-processing. */
    public DatasetOptions preprocess(Preprocess steps) {
        return new DatasetOptions(Optional.of(steps), labels, required);
    }

    /** The same with these labels. */
    public DatasetOptions labels(LabelSource source) {
        return new DatasetOptions(preprocess, source, required);
    }

    /** The same, refusing data without labels. */
    public DatasetOptions requireLabels() {
        return require(Required.LABELS);
    }

    /** The same, refusing data without these. */
    public DatasetOptions require(Required what) {
        return new DatasetOptions(preprocess, labels, what);
    }

    boolean labelsRequired() {
        return required == Required.LABELS;
    }
}
