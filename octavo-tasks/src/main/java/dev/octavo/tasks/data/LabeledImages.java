package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.image.Picture;
import dev.octavo.tasks.image.PictureDecoder;
import dev.octavo.tasks.image.Preprocess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Pictures in a folder or zip, sorted by path, with or without a class each. An example has one
 * input: FLOAT, {@code [1, C, H, W]} or {@code [1, H, W, C]}.
 */
final class LabeledImages implements LabeledDataset {
    private final PictureFiles files;
    private final Preprocess preprocess;
    private final Labels labels;
    private final List<String> warnings;
    private final Annotations annotations;
    private final Measure measure;
    private final PictureDecoder decoder = new PictureDecoder();

    private LabeledImages(
            PictureFiles files,
            DatasetOptions options,
            Annotations annotations,
            Measure measure,
            List<String> warnings) {
        this.files = files;
        this.preprocess = options.preprocess().orElse(Preprocess.NONE);
        this.labels = Labels.of(files, options, warnings);
        this.annotations = annotations;
        this.measure = measure;
        this.warnings = warnings;
    }

    /** The pictures in {@code files}; whoever calls closes them when this fails. */
    static LabeledImages of(PictureFiles files, DatasetOptions options) {
        return of(files, options, AnnotationSource.NONE, Measure.DEFAULT);
    }

    /** The same with annotations, so far as the options require them. */
    static LabeledImages of(PictureFiles files, DatasetOptions options, AnnotationSource source, Measure measure) {
        if (files.entries().isEmpty()) {
            List<String> others = files.otherPictures();
            throw new ModelException(
                    files.name()
                            + " holds no pictures"
                            + (others.isEmpty() ? "" : " but " + others.size() + " like " + others.get(0)),
                    others.isEmpty()
                            ? "put .jpg or .png files there, or give another path"
                            : "convert them to .jpg or .png");
        }
        List<String> warnings = new ArrayList<>();
        Annotations annotations = Annotations.open(source, measure.classes(), options.required(), files, warnings);
        List<String> found = annotations.boxes().map(Boxes::classes).orElse(List.of());
        Measure named = found.isEmpty() ? measure : measure.classes(found);
        if (!files.otherPictures().isEmpty()) {
            warnings.add(Few.of(files.otherPictures()) + " in " + files.name() + ": only .jpg and .png are read");
        }
        if (options.preprocess().isEmpty()) {
            warnings.add("no pre-processing is declared: the network is given pixels from 0 to 255");
        }
        return new LabeledImages(files, options, annotations, named, warnings);
    }

    @Override
    public int size() {
        return files.entries().size();
    }

    @Override
    public Sample read(int index) throws UnreadableSampleException {
        PictureFiles.Entry entry = files.entries().get(index);
        String name = entry.path();
        byte[] file;
        try {
            file = files.read(entry);
        } catch (IOException e) {
            throw new UnreadableSampleException(name, "it cannot be read (" + e.getMessage() + ")", e);
        }
        if (file.length == PictureFiles.LARGEST_FILE) {
            throw new UnreadableSampleException(name, "the file is larger than 512 MiB", null);
        }
        Preprocess.Placed placed = preprocess.place(decoder.decode(file, name), name);
        Sample sample = Sample.of(name, placed.tensor(), label(index));
        return annotations.isEmpty() ? sample : sample.with(annotations.of(entry, placed.placement()));
    }

    @Override
    public Picture picture(int index) throws UnreadableSampleException {
        PictureFiles.Entry entry = files.entries().get(index);
        try {
            return decoder.decode(files.read(entry), entry.path());
        } catch (IOException e) {
            throw new UnreadableSampleException(entry.path(), "it cannot be read (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public Measure measure() {
        return measure;
    }

    @Override
    public String name(int index) {
        return files.entries().get(index).path();
    }

    @Override
    public OptionalInt label(int index) {
        return labels.of(index);
    }

    @Override
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Over paths, sizes, the zip's checksums, labels and pre-processing; contents are not read. */
    @Override
    public String fingerprint() {
        Fingerprint print = new Fingerprint().add("pictures").add(preprocess.toString());
        for (int i = 0; i < size(); i++) {
            PictureFiles.Entry e = files.entries().get(i);
            print.add(e.path()).add(e.size()).add(e.crc()).add(label(i).orElse(-1));
        }
        return print.text();
    }

    @Override
    public void close() {
        decoder.close();
        annotations.close();
        files.close();
    }
}
