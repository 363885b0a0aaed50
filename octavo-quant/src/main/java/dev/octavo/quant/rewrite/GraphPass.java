package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.quant.Journal;

/**
 * Rewrites a float graph. Whatever it leaves alone it says in the journal, with the reason. The passes that recipes
 * name are listed in {@link Rewrites}.
 */
public interface GraphPass {
    /** What a pass does to the network's outputs. */
    enum Keeps {
        /** The outputs stay the same up to float rounding. */
        OUTPUTS,
        /** The outputs change a little, and the pass says how much. */
        APPROXIMATELY
    }

    /** The name in recipes and journals, in kebab case: verb and object. */
    String name();

    Keeps keeps();

    /**
     * This pass for a network that will have these grids, as far as its options leave that open. A pass that does not
     * care returns itself.
     */
    default GraphPass forWidths(Widths widths) {
        return this;
    }

    /** Rewrites {@code graph} in place. */
    void apply(Graph graph, Journal journal);

    /**
     * Rewrites {@code graph} in place, asking {@code witness} for what it must know of shapes and activations. A pass
     * that looks at the graph alone need not override this.
     */
    default void apply(Graph graph, Witness witness, Journal journal) {
        apply(graph, journal);
    }
}
