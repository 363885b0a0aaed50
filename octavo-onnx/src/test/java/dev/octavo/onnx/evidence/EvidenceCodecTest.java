package dev.octavo.onnx.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.octavo.core.ModelException;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvidenceCodecTest {
    private static final int HEADER = 24;

    @TempDir
    Path folder;

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsReadEqualsWhatWasWritten(long seed) {
        Evidence evidence = random(seed);
        byte[] bytes = EvidenceCodec.encode(evidence);
        Evidence again = EvidenceCodec.decode(bytes, "e");
        assertThat(again).isEqualTo(evidence);
        assertThat(EvidenceCodec.encode(again)).isEqualTo(bytes);
    }

    @Test
    void equalEvidenceGivesEqualBytesHoweverItWasMerged() {
        Evidence a = random(1);
        Evidence b = random(2);
        Evidence c = random(3);
        assertThat(EvidenceCodec.encode(a.merge(b).merge(c))).isEqualTo(EvidenceCodec.encode(c.merge(a.merge(b))));
    }

    @Test
    void evidenceOfNothingIsEvidence() {
        Evidence none = Evidence.none("g");
        assertThat(EvidenceCodec.decode(EvidenceCodec.encode(none), "e")).isEqualTo(none);
        Evidence empty = new Evidence("g", 1, new TreeMap<>());
        assertThat(EvidenceCodec.decode(EvidenceCodec.encode(empty), "e")).isEqualTo(empty);
    }

    @Test
    void aFileAboutAnotherGraphIsRefused() {
        Path file = folder.resolve("deep/er/evidence.bin");
        EvidenceCodec.write(random(1), file);
        assertThat(EvidenceCodec.read(file, "graph")).isEqualTo(random(1));
        assertThatThrownBy(() -> EvidenceCodec.read(file, "other"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is evidence about another graph (fingerprint graph, expected other)");
        assertThatThrownBy(() -> EvidenceCodec.read(folder.resolve("none"), "graph"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("there is no file");
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] bytes = EvidenceCodec.encode(random(5));
        for (int n = 0; n < bytes.length; n += n < 64 ? 1 : 97) {
            byte[] cut = Arrays.copyOf(bytes, n);
            assertThatThrownBy(() -> EvidenceCodec.decode(cut, "cut.bin"))
                    .isInstanceOf(ModelException.class)
                    .hasMessageStartingWith("cut.bin is not an evidence file that can be used");
        }
        assertThatThrownBy(() -> EvidenceCodec.decode(Arrays.copyOf(bytes, bytes.length + 1), "long.bin"))
                .isInstanceOf(ModelException.class);
    }

    @Test
    void everyFlippedBitIsRefused() {
        byte[] bytes = EvidenceCodec.encode(random(6));
        Random r = new Random(6);
        for (int i = 0; i < 500; i++) {
            byte[] bad = bytes.clone();
            bad[i < HEADER ? i : r.nextInt(bad.length)] ^= (byte) (1 << r.nextInt(8));
            assertThatThrownBy(() -> EvidenceCodec.decode(bad, "bad.bin")).isInstanceOf(ModelException.class);
        }
    }

    @Test
    void aForgedFileIsRefusedOrReadButNeverFails() {
        // The check sum is made right again, so that the bytes reach the reader.
        byte[] bytes = EvidenceCodec.encode(random(7));
        Random r = new Random(7);
        for (int i = 0; i < 3000; i++) {
            byte[] payload = Arrays.copyOfRange(bytes, HEADER, bytes.length);
            if (i % 3 == 0) {
                payload = Arrays.copyOf(payload, r.nextInt(payload.length));
            }
            for (int k = r.nextInt(4); k >= 0 && payload.length > 0; k--) {
                payload[r.nextInt(Math.min(payload.length, 200))] = (byte) r.nextInt();
            }
            byte[] forged = framed(payload);
            Throwable thrown = catchThrowable(() -> EvidenceCodec.decode(forged, "forged.bin"));
            assertThat(Optional.ofNullable(thrown).orElse(new ModelException("", "")))
                    .isInstanceOf(ModelException.class);
        }
    }

    @Test
    void anotherVersionIsNamed() {
        byte[] bytes = EvidenceCodec.encode(random(8));
        bytes[8] = 9;
        assertThatThrownBy(() -> EvidenceCodec.decode(bytes, "new.bin"))
                .hasMessageContaining("it has the format version 9, this program reads 1");
    }

    @Test
    void aCheckpointComesBackAsItWas() throws Exception {
        Path file = folder.resolve("sweep.ckpt");
        assertThat(Checkpoint.read(file)).isEmpty();
        BitSet done = new BitSet();
        done.set(0, 3);
        done.set(70);
        TreeMap<Integer, String> skipped = new TreeMap<>();
        skipped.put(70, "ünreadable");
        Evidence evidence = new Evidence("graph", 3, random(9).values());
        Checkpoint checkpoint = new Checkpoint("key", 71, done, skipped, evidence);
        checkpoint.write(file);
        assertThat(Checkpoint.read(file)).contains(checkpoint);
        assertThat(folder).isDirectoryContaining("glob:**sweep.ckpt").isDirectoryNotContaining("glob:**.part");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is not a checkpoint that can be used");
    }

    private static byte[] framed(byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload);
        ByteBuffer b = ByteBuffer.allocate(HEADER + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        b.put("OCTVEVID".getBytes(StandardCharsets.US_ASCII)).putInt(1);
        return b.putLong(payload.length)
                .putInt((int) crc.getValue())
                .put(payload)
                .array();
    }

    /** Evidence of a few values and channels, with magnitudes from denormals to the largest floats. */
    private static Evidence random(long seed) {
        Random r = new Random(seed);
        TreeMap<String, ValueEvidence> values = new TreeMap<>();
        for (int v = 0; v < 3; v++) {
            ValueCollector collector = new ValueCollector(v == 0 ? Set.of() : Set.of(1, -1));
            Shape shape = Shape.of(1, 3, 5, v + 1);
            for (int s = r.nextInt(4); s >= 0; s--) {
                float[] data = new float[(int) shape.elements()];
                for (int i = 0; i < data.length; i++) {
                    double x = Math.scalb(r.nextGaussian(), r.nextInt(2) == 0 ? 0 : r.nextInt(240) - 130);
                    data[i] = r.nextInt(3) == 0 ? 0 : (float) x;
                }
                collector.add(shape, data);
            }
            values.put("välue" + v, collector.build());
        }
        return new Evidence("graph", 1 + seed, values);
    }
}
