package dev.octavo.onnx.evidence;

import dev.octavo.core.stat.Evidence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A sweep under way: what the samples done so far amount to.
 *
 * @param key identifies graph, request, data and engine; a sweep of another key cannot go on from here
 * @param samples number of samples in the data set
 * @param done the samples that are in the evidence or skipped
 * @param skipped why samples were skipped, by index
 * @param evidence of the samples done
 */
public record Checkpoint(String key, int samples, BitSet done, SortedMap<Integer, String> skipped, Evidence evidence) {
    private static final Frame FRAME = new Frame("OCTVCKPT", 1, "a checkpoint");

    public Checkpoint {
        done = (BitSet) done.clone();
        skipped = Collections.unmodifiableSortedMap(new TreeMap<>(skipped));
        if (done.length() > samples || (!skipped.isEmpty() && skipped.lastKey() >= samples)) {
            throw new IllegalArgumentException("a checkpoint of " + samples + " samples speaks of others");
        }
        if (done.cardinality() != evidence.samples() + skipped.size()) {
            throw new IllegalArgumentException(done.cardinality() + " samples are done, but " + evidence.samples()
                    + " are in the evidence and " + skipped.size() + " skipped");
        }
    }

    @Override
    public BitSet done() {
        return (BitSet) done.clone();
    }

    /** Writes the checkpoint; whoever dies meanwhile leaves the previous one in place. */
    public void write(Path file) {
        ByteSink sink = new ByteSink();
        sink.text(key);
        sink.varint(samples);
        byte[] bits = done.toByteArray();
        sink.varint(bits.length);
        sink.raw(bits);
        sink.varint(skipped.size());
        skipped.forEach((index, why) -> {
            sink.varint(index);
            sink.text(why);
        });
        EvidenceCodec.write(evidence, sink);
        Frame.write(FRAME.wrap(sink.toBytes()), file);
    }

    /** The checkpoint in a file; empty when there is no file. */
    public static Optional<Checkpoint> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Optional.of(FRAME.unwrap(Frame.read(file), file.toString(), Checkpoint::read));
    }

    private static Checkpoint read(ByteSource from) {
        String key = from.text();
        int samples = from.count(Integer.MAX_VALUE);
        BitSet done = BitSet.valueOf(from.raw(from.count(from.remaining())));
        TreeMap<Integer, String> skipped = new TreeMap<>();
        int n = from.count(from.remaining());
        for (int i = 0; i < n; i++) {
            skipped.put(from.count(Integer.MAX_VALUE), from.text());
        }
        return new Checkpoint(key, samples, done, skipped, EvidenceCodec.read(from));
    }
}
