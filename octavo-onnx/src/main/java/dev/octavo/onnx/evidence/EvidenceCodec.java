package dev.octavo.onnx.evidence;

import dev.octavo.core.ModelException;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ExactSums;
import dev.octavo.core.stat.Extremes;
import dev.octavo.core.stat.ValueEvidence;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Evidence as bytes. Equal evidence gives equal bytes. Bytes that are cut off, altered or not evidence at all give a
 * {@link ModelException}, never wrong numbers.
 */
public final class EvidenceCodec {
    /*
     * Counts lie in tokens: count c >= 1 as 2c, a run of r >= 1 empty bins as 2r + 1. A limb of an exact sum lies as 0
     * for 0, 1 for 2^32 - 1 and limb + 1 otherwise, for the limbs beyond the number's magnitude are all 0 or all ones.
     */
    private static final Frame FRAME = new Frame("OCTVEVID", 1, "an evidence file");

    private static final int LIMBS = new ExactSums(1).raw().length;
    private static final long ALL_ONES = 0xffffffffL;

    private EvidenceCodec() {}

    /** The bytes of this evidence. */
    public static byte[] encode(Evidence evidence) {
        ByteSink sink = new ByteSink();
        write(evidence, sink);
        return FRAME.wrap(sink.toBytes());
    }

    /** The evidence of these bytes; {@code name} is the file to speak of when they are no evidence. */
    public static Evidence decode(byte[] bytes, String name) {
        return FRAME.unwrap(bytes, name, EvidenceCodec::read);
    }

    /** Writes an evidence file, which appears whole or not at all. */
    public static void write(Evidence evidence, Path file) {
        Frame.write(encode(evidence), file);
    }

    /** Reads an evidence file, which must be about the graph with that fingerprint. */
    public static Evidence read(Path file, String graphFingerprint) {
        Evidence evidence = decode(Frame.read(file), file.toString());
        if (!evidence.graphFingerprint().equals(graphFingerprint)) {
            throw new ModelException(
                    file + " is evidence about another graph (fingerprint " + evidence.graphFingerprint()
                            + ", expected " + graphFingerprint + ")",
                    "collect the evidence again for this model and these rewrites");
        }
        return evidence;
    }

    static void write(Evidence evidence, ByteSink to) {
        to.text(evidence.graphFingerprint());
        to.varint(evidence.samples());
        to.varint(evidence.values().size());
        evidence.values().forEach((name, value) -> {
            to.text(name);
            writeHistogram(value.histogram(), to);
            to.varint(value.extremes().samples());
            writeSums(value.extremes().sums(), to);
            to.varint(value.channels().size());
            value.channels().values().forEach(c -> writeChannels(c, to));
        });
    }

    static Evidence read(ByteSource from) {
        String fingerprint = from.text();
        long samples = from.size();
        int values = from.count(from.remaining());
        TreeMap<String, ValueEvidence> seen = new TreeMap<>();
        for (int i = 0; i < values; i++) {
            String name = from.text();
            DyadicHistogram histogram = readHistogram(from);
            long extremes = from.size();
            ExactSums sums = readSums(from, 2);
            SortedMap<Integer, ChannelStats> channels = new TreeMap<>();
            int axes = from.count(from.remaining());
            for (int a = 0; a < axes; a++) {
                ChannelStats c = readChannels(from);
                channels.put(c.axis(), c);
            }
            seen.put(name, new ValueEvidence(histogram, new Extremes(sums, extremes), channels));
        }
        return new Evidence(fingerprint, samples, seen);
    }

    private static void writeHistogram(DyadicHistogram h, ByteSink to) {
        to.signed(h.exponent());
        to.varint(h.zeros());
        to.fixed32(Float.floatToRawIntBits(h.min()));
        to.fixed32(Float.floatToRawIntBits(h.max()));
        writeCounts(h.positive(), to);
        writeCounts(h.negative(), to);
    }

    private static DyadicHistogram readHistogram(ByteSource from) {
        int exponent = Math.toIntExact(from.signed());
        long zeros = from.size();
        float min = Float.intBitsToFloat(from.fixed32());
        float max = Float.intBitsToFloat(from.fixed32());
        long[] positive = readCounts(from);
        long[] negative = readCounts(from);
        long count = Math.addExact(zeros, Math.addExact(sum(positive), sum(negative)));
        boolean finite = Float.isFinite(min) && Float.isFinite(max) && min <= max;
        boolean nothing = min == Float.POSITIVE_INFINITY && max == Float.NEGATIVE_INFINITY;
        if (count > 0 ? !finite : !nothing) {
            throw new ByteSource.Damaged(count + " values cannot lie in [" + min + ", " + max + "]");
        }
        return new DyadicHistogram(exponent, zeros, positive, negative, min, max);
    }

    private static long sum(long[] counts) {
        long sum = 0;
        for (long c : counts) {
            sum = Math.addExact(sum, c);
        }
        return sum;
    }

    private static void writeCounts(long[] counts, ByteSink to) {
        to.varint(counts.length);
        for (int i = 0; i < counts.length; ) {
            int empty = 0;
            while (i + empty < counts.length && counts[i + empty] == 0) {
                empty++;
            }
            to.varint(empty > 0 ? 2L * empty + 1 : 2 * counts[i]);
            i += Math.max(1, empty);
        }
    }

    private static long[] readCounts(ByteSource from) {
        long[] counts = new long[from.count(DyadicHistogram.BINS)];
        for (int i = 0; i < counts.length; ) {
            long token = from.size();
            if ((token & 1) == 0) {
                counts[i++] = token >>> 1;
            } else {
                long run = token >>> 1;
                if (run < 1 || run > counts.length - i) {
                    throw new ByteSource.Damaged("a run of " + run + " empty bins");
                }
                i += (int) run;
            }
        }
        return counts;
    }

    private static void writeChannels(ChannelStats c, ByteSink to) {
        to.signed(c.axis());
        to.varint(c.channels());
        to.varint(c.perChannel());
        for (int i = 0; i < c.channels(); i++) {
            to.fixed32(Float.floatToRawIntBits(c.min(i)));
            to.fixed32(Float.floatToRawIntBits(c.max(i)));
        }
        writeSums(c.sums(), to);
    }

    private static ChannelStats readChannels(ByteSource from) {
        int axis = Math.toIntExact(from.signed());
        int channels = from.count(from.remaining() / 8);
        long perChannel = from.size();
        float[] min = new float[channels];
        float[] max = new float[channels];
        for (int i = 0; i < channels; i++) {
            min[i] = Float.intBitsToFloat(from.fixed32());
            max[i] = Float.intBitsToFloat(from.fixed32());
            if (perChannel > 0 && !(Float.isFinite(min[i]) && Float.isFinite(max[i]) && min[i] <= max[i])) {
                throw new ByteSource.Damaged("a channel cannot lie in [" + min[i] + ", " + max[i] + "]");
            }
        }
        return new ChannelStats(axis, min, max, readSums(from, channels), perChannel);
    }

    private static void writeSums(ExactSums sums, ByteSink to) {
        long[] raw = sums.raw();
        for (int i = 0; i < raw.length; i++) {
            if (i % LIMBS == LIMBS - 1) {
                to.signed(raw[i]);
            } else {
                to.varint(raw[i] == 0 ? 0 : raw[i] == ALL_ONES ? 1 : raw[i] + 1);
            }
        }
    }

    private static ExactSums readSums(ByteSource from, int size) {
        if ((long) size * LIMBS > from.remaining()) {
            throw new ByteSource.Damaged("it ends too early");
        }
        long[] raw = new long[size * LIMBS];
        for (int i = 0; i < raw.length; i++) {
            if (i % LIMBS == LIMBS - 1) {
                raw[i] = from.signed();
            } else {
                long token = from.size();
                if (token > ALL_ONES) {
                    throw new ByteSource.Damaged("a part of a sum is out of range");
                }
                raw[i] = token == 0 ? 0 : token == 1 ? ALL_ONES : token - 1;
            }
        }
        return ExactSums.ofRaw(raw);
    }
}
