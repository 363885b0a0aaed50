package dev.octavo.ort.cost;

import dev.octavo.quant.target.Group;
import java.util.List;

/**
 * A placement of one form of the network.
 *
 * @param form place of the form among the variants
 * @param integer the groups to run in integers
 * @param why how it was found
 * @param predicted microseconds by the sum of parts, per number of threads
 */
record Candidate(int form, List<Group> integer, String why, List<Double> predicted) {
    Candidate {
        integer = List.copyOf(integer);
        predicted = List.copyOf(predicted);
    }
}
