package dev.octavo.tasks.data;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.image.Picture;
import java.util.List;
import java.util.OptionalInt;

/** A data set that knows its labels before reading, and what was odd when it was opened. */
public interface LabeledDataset extends Dataset {
    /** The class index of an example, 0 or more, without reading it; empty when it has none. */
    OptionalInt label(int index);

    /** What was odd and yet no error: labels without a picture, files that were passed over. */
    List<String> warnings();

    /** How outputs are read and counted, as far as the data set says. */
    default Measure measure() {
        return Measure.DEFAULT;
    }

    /**
     * An example as it was before pre-processing, to draw on.
     *
     * @throws UnreadableSampleException when it is no picture, or a broken one
     */
    default Picture picture(int index) throws UnreadableSampleException {
        throw new UnreadableSampleException(name(index), "it is no picture", null);
    }
}
