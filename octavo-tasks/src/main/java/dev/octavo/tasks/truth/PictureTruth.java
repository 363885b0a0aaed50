package dev.octavo.tasks.truth;

import dev.octavo.core.data.Sample;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.Placement;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a picture.
 *
 * @param placement where it lies in the tensor
 * @param boxes its objects, if they were asked for
 * @param mask the class of each of its pixels, if asked for; as large as the picture
 */
public record PictureTruth(Placement placement, Optional<List<TrueBox>> boxes, Optional<LabelMap> mask)
        implements Sample.Truth {
    public PictureTruth {
        boxes = boxes.map(List::copyOf);
    }
}
