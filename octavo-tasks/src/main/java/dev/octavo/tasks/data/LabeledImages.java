package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
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
    private final PictureDecoder decoder = new PictureDecoder();

    private LabeledImages(PictureFiles files, Preprocess preprocess, Labels labels, List<String> warnings) {
        this.files = files;
        this.preprocess = preprocess;
        this.labels = labels;
        this.warnings = List.copyOf(warnings);
    }

    /** The pictures in {@code files}; whoever calls closes them when this fails. */
    static LabeledImages of(PictureFiles files, DatasetOptions options) {
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
        Labels labels = Labels.of(files, options, warnings);
        if (!files.otherPictures().isEmpty()) {
            warnings.add(Few.of(files.otherPictures()) + " in " + files.name() + ": only .jpg and .png are read");
        }
        if (options.preprocess().isEmpty()) {
            warnings.add("no pre-processing is declared: the network is given pixels from 0 to 255");
        }
        return new LabeledImages(files, options.preprocess().orElse(Preprocess.NONE), labels, warnings);
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
        return Sample.of(name, preprocess.apply(decoder.decode(file, name), name), label(index));
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
        return warnings;
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
        files.close();
    }
}
