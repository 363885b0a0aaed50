package dev.octavo.ort;

import dev.octavo.core.stat.Evidence;
import java.util.List;

/**
 * What a sweep found.
 *
 * @param evidence what the data says
 * @param skipped the samples left out, in the order of the data set
 * @param seconds wall time of this sweep, without what an earlier one had done
 * @param notes what happened to the checkpoint, for the user to read; mostly empty
 */
public record SweepResult(Evidence evidence, List<Skipped> skipped, double seconds, List<String> notes) {
    public SweepResult {
        skipped = List.copyOf(skipped);
        notes = List.copyOf(notes);
    }

    /**
     * A sample left out.
     *
     * @param sample its name
     * @param reason why it could not be used
     */
    public record Skipped(String sample, String reason) {}
}
