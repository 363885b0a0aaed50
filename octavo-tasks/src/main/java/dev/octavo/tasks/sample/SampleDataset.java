package dev.octavo.tasks.sample;

import dev.octavo.core.data.Sample;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Picture;
import dev.octavo.tasks.image.Preprocess;
import java.util.List;
import java.util.OptionalInt;

/**
 * The first pictures of a series as the sample model reads them. A picture is drawn whenever it is read, so the data
 * set takes no memory.
 */
public final class SampleDataset implements LabeledDataset {
    private static final Preprocess PREPROCESS = Preprocess.NONE.normalize(
            Normalize.of(List.of(123.675f, 116.28f, 103.53f), List.of(58.395f, 57.12f, 57.375f)));

    private final SamplePictures pictures;
    private final long seed;
    private final int size;

    private SampleDataset(long seed, int size) {
        this.pictures = SamplePictures.of(seed);
        this.seed = seed;
        this.size = size;
    }

    /**
     * Pictures 0 to {@code size - 1} of a series.
     *
     * @param seed one of the seeds in {@link SamplePictures}, or any other number
     */
    public static SampleDataset of(long seed, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a data set has at least one picture, got " + size);
        }
        return new SampleDataset(seed, size);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Sample read(int index) throws dev.octavo.core.data.UnreadableSampleException {
        Picture picture = new Picture(SamplePictures.SIDE, SamplePictures.SIDE, 3, pictures.rgb(index));
        return Sample.of(name(index), PREPROCESS.apply(picture, name(index)), label(index));
    }

    @Override
    public String name(int index) {
        return "picture " + index + " of seed " + seed;
    }

    @Override
    public OptionalInt label(int index) {
        return OptionalInt.of(pictures.label(index));
    }

    @Override
    public String fingerprint() {
        return "sample pictures 0 to " + (size - 1) + " of seed " + seed + ", " + PREPROCESS;
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }
}
