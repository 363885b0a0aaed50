package dev.octavo.ort;

import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.stat.ValueEvidence;
import java.util.BitSet;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one worker has collected since it last handed over. Its lock is held while a sample goes in, so that samples
 * and evidence always fit together.
 */
final class Tally {
    /** Adds one value of one sample; throws when a value is not finite. */
    interface Filler {
        void fill(SortedMap<String, ValueCollector> collectors);
    }

    private final String fingerprint;
    private final EvidenceRequest request;
    private final int[] scratch = ValueCollector.scratch();
    private SortedMap<String, ValueCollector> collectors = new TreeMap<>();
    private BitSet done = new BitSet();
    private SortedMap<Integer, String> skipped = new TreeMap<>();
    private boolean spoiled;

    Tally(String fingerprint, EvidenceRequest request) {
        this.fingerprint = fingerprint;
        this.request = request;
        begin();
    }

    private void begin() {
        collectors = new TreeMap<>();
        request.axes().forEach((name, axes) -> collectors.put(name, new ValueCollector(axes, scratch)));
        done = new BitSet();
        skipped = new TreeMap<>();
    }

    /** Adds samples whole; if that fails, nothing of this tally counts any more. */
    synchronized void add(BitSet samples, Filler filler) {
        spoiled = true;
        filler.fill(collectors);
        done.or(samples);
        spoiled = false;
    }

    synchronized void skip(int sample, String reason) {
        done.set(sample);
        skipped.put(sample, reason);
    }

    /** Gives away what was collected and begins anew. */
    synchronized Part handOver() {
        if (spoiled) {
            return new Part(new BitSet(), new TreeMap<>(), Evidence.none(fingerprint));
        }
        TreeMap<String, ValueEvidence> values = new TreeMap<>();
        long samples = (long) done.cardinality() - skipped.size();
        if (samples > 0) {
            collectors.forEach((name, c) -> values.put(name, c.build()));
        }
        Part part = new Part(done, skipped, new Evidence(fingerprint, samples, values));
        begin();
        return part;
    }

    /**
     * Samples and what they amount to.
     *
     * @param done the samples, skipped ones included
     * @param skipped why samples were skipped, by index
     * @param evidence of the others
     */
    record Part(BitSet done, SortedMap<Integer, String> skipped, Evidence evidence) {
        Part merge(Part o) {
            BitSet both = (BitSet) done.clone();
            both.or(o.done);
            TreeMap<Integer, String> reasons = new TreeMap<>(skipped);
            reasons.putAll(o.skipped);
            return new Part(both, reasons, evidence.merge(o.evidence));
        }
    }
}
