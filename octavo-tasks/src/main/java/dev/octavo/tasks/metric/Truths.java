package dev.octavo.tasks.metric;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.tasks.truth.PictureTruth;
import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;

/** What metrics of pictures ask of samples. */
final class Truths {
    private Truths() {}

    /** What is known of a picture. */
    static PictureTruth of(Sample sample) {
        if (sample.truth().orElse(null) instanceof PictureTruth truth) {
            return truth;
        }
        throw new ModelException(
                sample.name() + " comes without what the task measures against",
                "give pictures with annotations, by a data set file");
    }

    /** The tallies of the other metric, in the order of ours; both must have seen the same samples. */
    static <T extends Serializable> List<T> paired(Samples<T> ours, Samples<T> other) {
        SortedMap<String, T> theirs = other.sorted();
        if (!theirs.keySet().equals(ours.sorted().keySet())) {
            throw new IllegalArgumentException("a difference needs the same samples on both sides");
        }
        return List.copyOf(theirs.values());
    }
}
