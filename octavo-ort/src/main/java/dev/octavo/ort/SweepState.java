package dev.octavo.ort;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.onnx.evidence.Checkpoint;
import dev.octavo.ort.SweepResult.Skipped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The samples done so far and what they amount to, in memory and in the checkpoint. Used by one thread. */
final class SweepState {
    private final String key;
    private final Dataset data;
    private final Optional<Path> file;
    private final List<String> notes = new ArrayList<>();
    private Tally.Part part;

    private SweepState(String key, Dataset data, Optional<Path> file, Evidence nothing) {
        this.key = key;
        this.data = data;
        this.file = file;
        this.part = new Tally.Part(new BitSet(), new TreeMap<>(), nothing);
    }

    static SweepState begin(String fingerprint, EvidenceRequest request, Dataset data, SweepOptions options) {
        Evidence nothing = Evidence.none(fingerprint);
        SweepState state = new SweepState(key(fingerprint, request, data), data, options.checkpoint(), nothing);
        state.file.ifPresent(state::resume);
        return state;
    }

    private void resume(Path path) {
        Optional<Checkpoint> found;
        try {
            found = Checkpoint.read(path);
        } catch (ModelException e) {
            notes.add("ignored the checkpoint " + path + ": " + e.getMessage());
            return;
        }
        if (found.isEmpty()) {
            return;
        }
        Checkpoint c = found.get();
        if (!c.key().equals(key) || c.samples() != data.size()) {
            notes.add("ignored the checkpoint " + path + ": it belongs to another model, request, data set or version");
            return;
        }
        part = new Tally.Part(c.done(), c.skipped(), c.evidence());
        notes.add("continued from the checkpoint " + path + ": " + c.done().cardinality() + " of " + c.samples()
                + " samples were done");
    }

    /* What the numbers depend on; the values' names cannot run into each other thanks to their lengths. */
    private static String key(String fingerprint, EvidenceRequest request, Dataset data) {
        StringBuilder all = new StringBuilder();
        for (String s : List.of(fingerprint, data.fingerprint(), Ort.version())) {
            all.append(s.length()).append(':').append(s);
        }
        request.axes()
                .forEach((name, axes) ->
                        all.append(name.length()).append(':').append(name).append(axes));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(all.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    boolean isDone(int sample) {
        return part.done().get(sample);
    }

    int remaining() {
        return data.size() - part.done().cardinality();
    }

    void absorb(Tally.Part more) {
        if (!more.done().isEmpty()) {
            part = part.merge(more);
        }
    }

    void save() {
        file.ifPresent(
                path -> new Checkpoint(key, data.size(), part.done(), part.skipped(), part.evidence()).write(path));
    }

    /** Judges the unreadable samples and removes the checkpoint. */
    void finish() {
        int bad = part.skipped().size();
        if (2 * bad >= data.size() && bad > 0) {
            String first = part.skipped().get(part.skipped().firstKey());
            throw new ModelException(
                    bad + " of " + data.size() + " samples cannot be read; the first: " + first,
                    "check that the data are what the task expects");
        }
        try {
            if (file.isPresent()) {
                Files.deleteIfExists(file.get());
            }
        } catch (IOException e) {
            notes.add("the checkpoint " + file.get() + " is no longer needed but cannot be deleted: " + e.getMessage());
        }
    }

    Evidence evidence() {
        return part.evidence();
    }

    List<Skipped> skipped() {
        List<Skipped> all = new ArrayList<>();
        part.skipped().forEach((i, why) -> all.add(new Skipped(data.name(i), why)));
        return all;
    }

    List<String> notes() {
        return notes;
    }
}
