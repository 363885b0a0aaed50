package dev.octavo.tasks.sample;

import java.util.Arrays;
import java.util.List;

/**
 * An endless series of small labelled pictures, generated from a seed: the data of the embedded
 * sample, so that the demo needs no download.
 *
 * <p>A picture shows one large figure (a circle, a star, an arrow, ...) of random colour, place, size
 * and rotation on a textured ground, amid clutter that may hide a part of it, taken by a bad camera.
 * Picture {@code index} is a function of the seed and the index alone, the same to the last bit on
 * every Java release and platform: the generator uses its own random stream, {@code StrictMath} and
 * no drawing library. Each group of ten pictures from a multiple of ten on shows every class once, in
 * random order.
 *
 * <p>Instances are immutable, and threads may share them.
 */
public final class SamplePictures {
    /** Width and height of a picture in pixels. */
    public static final int SIDE = 48;

    /** The seed of the pictures the sample model was trained on. */
    public static final long TRAIN_SEED = 20_240_101L;

    /** The seed for calibration pictures, none of which is used for training or testing. */
    public static final long CALIBRATION_SEED = 20_240_202L;

    /** The seed for test pictures; the accuracy of the sample model is stated on these. */
    public static final long TEST_SEED = 20_240_303L;

    /** Keeps the stream that shuffles labels apart from the one that draws pictures. */
    private static final long LABEL_STREAM = 0x6C6162656C73L;

    private static final List<Figure> FIGURES = List.of(Figure.values());
    private static final List<String> CLASS_NAMES =
            FIGURES.stream().map(Figure::className).toList();

    private final long seed;

    private SamplePictures(long seed) {
        this.seed = seed;
    }

    /**
     * The series of a seed.
     *
     * @param seed any number; {@link #TRAIN_SEED}, {@link #CALIBRATION_SEED} and {@link #TEST_SEED} are
     *     the ones the sample uses
     */
    public static SamplePictures of(long seed) {
        return new SamplePictures(seed);
    }

    /** Width and height of every picture in pixels, {@link #SIDE}; the number of pictures is endless. */
    public int size() {
        return SIDE;
    }

    /** The names of the classes; a label is an index into this list. */
    public List<String> classNames() {
        return CLASS_NAMES;
    }

    /**
     * Draws one picture.
     *
     * @param index which one, 0 or more
     * @return {@code [SIDE, SIDE, 3]}: rows from the top, red, green and blue, each 0 to 255 without
     *     sign
     */
    public byte[] rgb(int index) {
        Figure figure = FIGURES.get(label(index));
        return new Scene(SIDE, SampleRandom.of(seed, index)).render(figure);
    }

    /**
     * The class that a picture shows, without drawing it.
     *
     * @param index which picture, 0 or more
     */
    public int label(int index) {
        if (index < 0) {
            throw new IllegalArgumentException("a picture's index is 0 or more, got " + index);
        }
        int classes = FIGURES.size();
        SampleRandom random = SampleRandom.of(seed ^ LABEL_STREAM, index / classes);
        int[] order = new int[classes];
        Arrays.setAll(order, i -> i);
        for (int i = classes - 1; i > 0; i--) {
            int j = random.below(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order[index % classes];
    }
}
