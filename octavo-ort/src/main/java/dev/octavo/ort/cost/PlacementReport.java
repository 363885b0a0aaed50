package dev.octavo.ort.cost;

import dev.octavo.quant.target.Group;
import java.util.Arrays;
import java.util.List;

/**
 * Where integers pay, and what that was measured to give.
 *
 * @param integer the groups to run in integers
 * @param why how the placement was found
 * @param threads numbers of threads that were timed
 * @param floatMicros microseconds of the float network, per number of threads
 * @param chosenMicros microseconds of the chosen placement
 * @param everywhereMicros microseconds with everything possible in integers
 */
public record PlacementReport(
        List<Group> integer,
        String why,
        List<Integer> threads,
        List<Double> floatMicros,
        List<Double> chosenMicros,
        List<Double> everywhereMicros) {
    public PlacementReport {
        integer = List.copyOf(integer);
        threads = List.copyOf(threads);
        floatMicros = List.copyOf(floatMicros);
        chosenMicros = List.copyOf(chosenMicros);
        everywhereMicros = List.copyOf(everywhereMicros);
    }

    static PlacementReport of(
            List<Group> integer, String why, int[] threads, double[] floats, double[] chosen, double[] everywhere) {
        return new PlacementReport(
                integer, why, Arrays.stream(threads).boxed().toList(), list(floats), list(chosen), list(everywhere));
    }

    /** Nothing can run in integers. */
    static PlacementReport nothing() {
        return new PlacementReport(
                List.of(), "nothing can run in integers", List.of(), List.of(), List.of(), List.of());
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
