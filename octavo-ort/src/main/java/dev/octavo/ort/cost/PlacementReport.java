package dev.octavo.ort.cost;

import dev.octavo.quant.target.Group;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Where integers pay, and what that was predicted and measured to give.
 *
 * @param variant which form of the network was chosen, by its place in the list that was searched
 * @param integer the groups of that form to run in integers
 * @param why how the placement was found
 * @param remembered whether all this was measured by an earlier command on this machine
 * @param timings one per number of threads
 * @param floats the groups that could run in integers and do not
 */
public record PlacementReport(
        int variant, List<Group> integer, String why, boolean remembered, List<Timing> timings, List<InFloat> floats) {

    /**
     * Microseconds of one run of a network with batch 1.
     *
     * @param predicted the sum of what its kernels and borders cost one by one
     * @param measured the whole network, run in turn with the others
     */
    public record Latency(double predicted, double measured) {}

    /**
     * The network with one number of threads.
     *
     * @param threads threads per run
     * @param inFloat everything in float
     * @param everywhere everything possible in integers
     * @param chosen the placement that was chosen
     * @param quiet whether there were enough runs that others did not disturb; if not, the measured times count for little
     */
    public record Timing(int threads, Latency inFloat, Latency everywhere, Latency chosen, boolean quiet) {}

    /**
     * A group that stays in float although integers are possible.
     *
     * @param group the group
     * @param because why, in words
     * @param floatMicros microseconds in float with one thread
     * @param integerMicros microseconds in integers with one thread
     */
    public record InFloat(Group group, String because, OptionalDouble floatMicros, OptionalDouble integerMicros) {
        /** The reason with the times. */
        public String text() {
            return floatMicros.isEmpty() || integerMicros.isEmpty()
                    ? because
                    : String.format(
                            Locale.ROOT,
                            "%s (%.0f µs in float, %.0f in integers)",
                            because,
                            floatMicros.getAsDouble(),
                            integerMicros.getAsDouble());
        }
    }

    public PlacementReport {
        integer = List.copyOf(integer);
        timings = List.copyOf(timings);
        floats = List.copyOf(floats);
    }

    /** Nothing can run in integers. */
    static PlacementReport nothing() {
        return new PlacementReport(0, List.of(), "nothing can run in integers", false, List.of(), List.of());
    }

    /** Whether others disturbed so much that the placement is to be decided again when cores are free. */
    public boolean provisional() {
        return timings.stream().anyMatch(t -> !t.quiet());
    }

    /** The numbers of threads that were timed. */
    public List<Integer> threads() {
        return timings.stream().map(Timing::threads).toList();
    }

    /** Measured microseconds of the float network, per number of threads. */
    public List<Double> floatMicros() {
        return timings.stream().map(t -> t.inFloat().measured()).toList();
    }

    /** Measured microseconds of the chosen placement. */
    public List<Double> chosenMicros() {
        return timings.stream().map(t -> t.chosen().measured()).toList();
    }

    /** Measured microseconds with everything possible in integers. */
    public List<Double> everywhereMicros() {
        return timings.stream().map(t -> t.everywhere().measured()).toList();
    }
}
