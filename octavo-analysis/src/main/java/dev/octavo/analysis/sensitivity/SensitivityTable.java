package dev.octavo.analysis.sensitivity;

import dev.octavo.core.data.Metric;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The sensitivity of every site.
 *
 * @param <M> the task's metric
 * @param rows a row per site, in the order of the network
 * @param itself the float network cut into steps against the float network as a whole: no error, or the table is wrong
 * @param quantized the whole quantized network against the float one
 * @param skipped samples that could not be read
 */
public record SensitivityTable<M extends Metric<M>>(
        List<SensitiveSite<M>> rows, OutputTally<M> itself, OutputTally<M> quantized, List<String> skipped) {
    public SensitivityTable {
        rows = List.copyOf(rows);
        skipped = List.copyOf(skipped);
    }

    /** The rows, those that harm the outputs most first; among equals in the order of the network. */
    public List<SensitiveSite<M>> ranked(Measure measure, Map<String, Double> weights) {
        return rows.stream()
                .sorted(Comparator.comparingDouble(r -> -measure.harm(r.alone().outputs(), weights)))
                .toList();
    }
}
