package dev.octavo.tasks.data;

import dev.octavo.tasks.image.Preprocess;
import java.util.Optional;

/**
 * How to open a data set that does not describe itself. What a data set file declares wins.
 *
 * @param preprocess from pictures to tensors; none hands pixels 0..255 on and warns
 * @param labels where the labels come from
 * @param labelsRequired whether an example without a label is an error
 */
public record DatasetOptions(Optional<Preprocess> preprocess, LabelSource labels, boolean labelsRequired) {
    /** No pre-processing, labels where they are found. */
    public static final DatasetOptions DEFAULT = new DatasetOptions(Optional.empty(), LabelSource.AUTO, false);

    /** The same with this pre-processing. */
    public DatasetOptions preprocess(Preprocess steps) {
        return new DatasetOptions(Optional.of(steps), labels, labelsRequired);
    }

    /** The same with these labels. */
    public DatasetOptions labels(LabelSource source) {
        return new DatasetOptions(preprocess, source, labelsRequired);
    }

    /** The same, refusing data without labels. */
    public DatasetOptions requireLabels() {
        return new DatasetOptions(preprocess, labels, true);
    }
}
