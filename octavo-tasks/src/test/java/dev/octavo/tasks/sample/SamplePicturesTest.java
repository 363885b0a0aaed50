package dev.octavo.tasks.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplePicturesTest {
    private static final SamplePictures TEST = SamplePictures.of(SamplePictures.TEST_SEED);

    /**
     * The generator's output is pinned: the sample model was trained on these pictures, and its stated
     * accuracy holds for these alone. Each hash is of pictures 0 to 199, each followed by its label.
     */
    @ParameterizedTest
    @CsvSource({
        SamplePictures.TRAIN_SEED + ", 603b690fe46c61fe5631c20ff5fa3895acdc4ab0e1430155b0c5eb82ffe227e1",
        SamplePictures.CALIBRATION_SEED + ", 12d27ae9450a6f612a43ab3db16db8761048050de187aa5c6205b59631891fa0",
        SamplePictures.TEST_SEED + ", 756eafe6b7296d6c4066b26b0941fecce39fef7eb6e35e54a94aad2f4e1fa28a",
    })
    void drawsTheSamePicturesOnEveryMachine(long seed, String expected) throws NoSuchAlgorithmException {
        SamplePictures pictures = SamplePictures.of(seed);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < 200; i++) {
            digest.update(pictures.rgb(i));
            digest.update((byte) pictures.label(i));
        }
        assertEquals(expected, HexFormat.of().formatHex(digest.digest()));
    }

    @Test
    void aPictureDependsOnSeedAndIndexAlone() {
        byte[] first = TEST.rgb(17);
        TEST.rgb(3);
        assertArrayEquals(first, TEST.rgb(17));
        assertArrayEquals(first, SamplePictures.of(SamplePictures.TEST_SEED).rgb(17));
    }

    @Test
    void drawsTheSameInParallel() {
        byte[][] inTurn = IntStream.range(0, 64).mapToObj(TEST::rgb).toArray(byte[][]::new);
        byte[][] inParallel =
                IntStream.range(0, 64).parallel().mapToObj(TEST::rgb).toArray(byte[][]::new);
        assertArrayEquals(inTurn, inParallel);
    }

    @Test
    void theCallerOwnsThePicture() {
        byte[] picture = TEST.rgb(5);
        byte[] copy = picture.clone();
        Arrays.fill(picture, (byte) 0);
        assertArrayEquals(copy, TEST.rgb(5));
    }

    @ParameterizedTest
    @ValueSource(longs = {SamplePictures.TRAIN_SEED, SamplePictures.TEST_SEED, 0, -1, Long.MIN_VALUE})
    void everyGroupOfTenShowsEveryClassOnce(long seed) {
        SamplePictures pictures = SamplePictures.of(seed);
        for (int group = 0; group < 50; group++) {
            int first = 10 * group;
            int[] labels = IntStream.range(first, first + 10)
                    .map(pictures::label)
                    .sorted()
                    .toArray();
            assertArrayEquals(IntStream.range(0, 10).toArray(), labels, "group " + group);
        }
    }

    @Test
    void theOrderWithinGroupsVaries() {
        Set<List<Integer>> orders = new HashSet<>();
        for (int group = 0; group < 50; group++) {
            int first = 10 * group;
            orders.add(
                    IntStream.range(first, first + 10).map(TEST::label).boxed().toList());
        }
        assertEquals(50, orders.size());
    }

    @Test
    void picturesUseTheRangeOfBytesAndAreNeverFlat() {
        int[] counts = new int[256];
        for (int i = 0; i < 200; i++) {
            byte[] picture = TEST.rgb(i);
            assertEquals(SamplePictures.SIDE * SamplePictures.SIDE * 3, picture.length);
            int[] values = IntStream.range(0, picture.length)
                    .map(at -> picture[at] & 0xFF)
                    .toArray();
            int spread = Arrays.stream(values).max().orElseThrow()
                    - Arrays.stream(values).min().orElseThrow();
            assertTrue(spread >= 30, "picture " + i + " spans only " + spread + " of 255");
            Arrays.stream(values).forEach(value -> counts[value]++);
        }
        double mean =
                IntStream.range(0, 256).mapToDouble(v -> (double) v * counts[v]).sum();
        mean /= Arrays.stream(counts).sum();
        assertEquals(127.5, mean, 12, "mean of all values");
        assertTrue(Arrays.stream(counts).allMatch(count -> count > 0), "some value never occurs");
    }

    @Test
    void differentSeedsAndIndicesGiveDifferentPictures() {
        Set<String> seen = new HashSet<>();
        long[] seeds = {SamplePictures.TRAIN_SEED, SamplePictures.CALIBRATION_SEED, SamplePictures.TEST_SEED};
        for (long seed : seeds) {
            for (int i = 0; i < 100; i++) {
                seen.add(Arrays.toString(SamplePictures.of(seed).rgb(i)));
            }
        }
        assertEquals(300, seen.size());
    }

    @Test
    void namesItsClasses() {
        List<String> expected = List.of(
                "circle",
                "ring",
                "crescent",
                "triangle",
                "square",
                "pentagon",
                "star",
                "cross",
                "arrow",
                "checkerboard");
        assertEquals(expected, TEST.classNames());
    }

    @Test
    void statesTheSide() {
        assertEquals(48, TEST.size());
        assertEquals(SamplePictures.SIDE, TEST.size());
    }

    @Test
    void refusesANegativeIndex() {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> TEST.rgb(-1));
        assertEquals("a picture's index is 0 or more, got -1", refusal.getMessage());
    }

    @Test
    void theLastIndexIsDrawnToo() {
        assertFalse(TEST.label(Integer.MAX_VALUE) < 0);
        assertEquals(SamplePictures.SIDE * SamplePictures.SIDE * 3, TEST.rgb(Integer.MAX_VALUE).length);
    }
}
