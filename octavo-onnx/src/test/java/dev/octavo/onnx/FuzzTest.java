package dev.octavo.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.RandomGraphs;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds: it is read, or there is one {@link ModelException}; nothing else. */
class FuzzTest {
    private static final int MUTANTS = 4000;

    private final List<byte[]> seeds = List.of(
            Models.small().build().toByteArray(),
            Models.withEverything().toByteArray(),
            Models.withUnknownFields(Models.withEverything()).toByteArray(),
            OnnxWriter.toBytes(RandomGraphs.of(1)),
            OnnxWriter.toBytes(RandomGraphs.of(2)));

    @Test
    void survivesTruncationAtEveryLength() {
        for (byte[] seed : seeds.subList(0, 3)) {
            for (int length = 0; length < seed.length; length++) {
                read(Arrays.copyOf(seed, length));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void survivesFlippedBits(long randomSeed) {
        Random random = new Random(randomSeed);
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = pick(random).clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
            }
            read(mutant);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void survivesBytesSetToWhatParsersDislike(long randomSeed) {
        byte[] nasty = {0, -1, 0x7f, (byte) 0x80, 1};
        Random random = new Random(randomSeed);
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = pick(random).clone();
            int from = random.nextInt(mutant.length);
            int to = Math.min(mutant.length, from + 1 + random.nextInt(10));
            Arrays.fill(mutant, from, to, nasty[random.nextInt(nasty.length)]);
            read(mutant);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void survivesSplicedModels(long randomSeed) {
        Random random = new Random(randomSeed);
        for (int i = 0; i < MUTANTS; i++) {
            byte[] head = pick(random);
            byte[] tail = pick(random);
            int cut = random.nextInt(head.length);
            int paste = random.nextInt(tail.length);
            byte[] mutant = Arrays.copyOf(head, cut + tail.length - paste);
            System.arraycopy(tail, paste, mutant, cut, tail.length - paste);
            read(mutant);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {9})
    void survivesNoise(long randomSeed) {
        Random random = new Random(randomSeed);
        for (int i = 0; i < MUTANTS; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            read(noise);
        }
    }

    private byte[] pick(Random random) {
        return seeds.get(random.nextInt(seeds.size()));
    }

    private static void read(byte[] model) {
        Graph graph;
        try {
            graph = OnnxReader.read(model, Optional.empty());
        } catch (ModelException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return;
        }
        // What can be read can be identified, and written so that it reads the same.
        String fingerprint = Fingerprint.of(graph);
        byte[] written = OnnxWriter.toBytes(graph);
        assertThat(Fingerprint.of(OnnxReader.read(written, Optional.empty()))).isEqualTo(fingerprint);
    }
}
