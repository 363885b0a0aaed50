package dev.octavo.core.graph;

/**
 * One reading of a value by a node.
 *
 * @param node the reader
 * @param input index of the input that reads it, or {@link #CAPTURED} when a subgraph of the node
 *     does
 */
public record Use(Node node, int input) {
    /** The value is read by name from inside a subgraph (If, Loop, Scan). */
    public static final int CAPTURED = -1;

    /** Whether a subgraph reads the value, so that it must keep its name and its meaning. */
    public boolean isCaptured() {
        return input == CAPTURED;
    }
}
