package dev.octavo.analysis.sweep;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import java.util.Map;

/** Scores a network on a task; whoever runs a sweep says how. */
@FunctionalInterface
public interface Scorer {
    /** The scores by name, in the order to print them: {@code top1} as a fraction, for example. */
    Map<String, Double> score(Graph graph, Engine.Mode mode);
}
