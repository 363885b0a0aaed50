package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.data.DatasetOptions.Required;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.Placement;
import dev.octavo.tasks.truth.PictureTruth;
import dev.octavo.tasks.truth.TrueBox;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What pictures are annotated with, so far as it was asked for.
 *
 * @param boxes finds their objects
 * @param masks finds their label maps
 */
record Annotations(Optional<Boxes> boxes, Optional<Masks> masks) implements AutoCloseable {
    static final Annotations NONE = new Annotations(Optional.empty(), Optional.empty());

    /**
     * Opens what is required.
     *
     * @param classes the objects' classes as the data set file names them; empty if it does not
     */
    static Annotations open(
            AnnotationSource source,
            List<String> classes,
            Required required,
            PictureFiles files,
            List<String> warnings) {
        if (required == Required.BOXES) {
            return new Annotations(Optional.of(boxes(source.boxes(), classes, files, warnings)), Optional.empty());
        }
        if (required == Required.MASKS) {
            Path where = source.masks()
                    .orElseThrow(() -> new ModelException(
                            "the data set has no masks to compare with",
                            "write masks: folder-or.zip, or voc: FOLDER, into the data set file"));
            return new Annotations(Optional.empty(), Optional.of(Masks.open(where)));
        }
        return NONE;
    }

    private static Boxes boxes(BoxSource source, List<String> classes, PictureFiles files, List<String> warnings) {
        if (source instanceof BoxSource.Csv csv) {
            BoxTable table = BoxTable.read(csv, classes);
            table.check(files, csv.file(), warnings);
            return table;
        }
        if (source instanceof BoxSource.Voc voc) {
            return new VocBoxes(voc.folder(), voc.origin(), classes.isEmpty() ? VocBoxes.CLASSES : classes);
        }
        if (source instanceof BoxSource.Coco coco) {
            return CocoBoxes.read(coco.file());
        }
        throw new ModelException(
                "the data set has no boxes to compare with",
                "write boxes: { csv: boxes.csv }, boxes: { coco: instances.json } or voc: FOLDER into the data set file");
    }

    /** Whether nothing was asked for. */
    boolean isEmpty() {
        return boxes.isEmpty() && masks.isEmpty();
    }

    /** What is known of a picture. */
    PictureTruth of(PictureFiles.Entry picture, Placement placement) throws UnreadableSampleException {
        Optional<List<TrueBox>> objects = Optional.empty();
        if (boxes.isPresent()) {
            objects = Optional.of(boxes.get().of(picture));
        }
        Optional<LabelMap> mask = Optional.empty();
        if (masks.isPresent()) {
            mask = Optional.of(masks.get().of(picture));
        }
        return new PictureTruth(placement, objects, mask);
    }

    @Override
    public void close() {
        masks.ifPresent(Masks::close);
    }
}
