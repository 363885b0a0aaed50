package dev.octavo.tasks.sample;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Writes pictures of the sample as raw bytes, for the training script.
 *
 * <p>{@code SampleDump <folder> <train|calibration|test> <count>} writes {@code <split>.rgb}, which is
 * {@code [count, 48, 48, 3]} bytes, and {@code <split>.labels}, which is {@code [count]} bytes.
 */
public final class SampleDump {
    /** Pictures drawn in parallel before they are written in order. */
    private static final int CHUNK = 1000;

    private SampleDump() {}

    /** Runs the dump; see the class comment for the arguments. */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: SampleDump <folder> <train|calibration|test> <count>");
        }
        Path folder = Files.createDirectories(Path.of(args[0]));
        dump(folder, args[1], Integer.parseInt(args[2]));
    }

    private static void dump(Path folder, String split, int count) throws IOException {
        SamplePictures pictures = SamplePictures.of(seedOf(split));
        try (OutputStream rgb = open(folder.resolve(split + ".rgb"));
                OutputStream labels = open(folder.resolve(split + ".labels"))) {
            for (int from = 0; from < count; from += CHUNK) {
                int to = Math.min(count, from + CHUNK);
                byte[][] chunk = IntStream.range(from, to)
                        .parallel()
                        .mapToObj(pictures::rgb)
                        .toArray(byte[][]::new);
                for (byte[] picture : chunk) {
                    rgb.write(picture);
                }
                for (int i = from; i < to; i++) {
                    labels.write(pictures.label(i));
                }
            }
        }
    }

    private static long seedOf(String split) {
        return switch (split) {
            case "train" -> SamplePictures.TRAIN_SEED;
            case "calibration" -> SamplePictures.CALIBRATION_SEED;
            case "test" -> SamplePictures.TEST_SEED;
            default ->
                throw new IllegalArgumentException("no split '" + split + "'; there are train, calibration and test");
        };
    }

    private static OutputStream open(Path file) throws IOException {
        return new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
    }
}
