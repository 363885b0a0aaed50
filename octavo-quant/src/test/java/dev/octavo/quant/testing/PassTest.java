package dev.octavo.quant.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphDump;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.core.testing.ReferenceEngine.Array;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.GraphPass;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Sentences about rewrites:
 *
 * <pre>
 *   given("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> BatchNormalization -> y")
 *       .when(new FoldBatchNorm())
 *       .becomes("x[1,3,8,8] -> Conv(v[4,3,3,3], b[4]) -> y")
 *       .keepsOutputsWithin(1e-6);
 * </pre>
 */
public final class PassTest {
    private final Graph before;
    private final Graph after;
    private final Journal journal = new Journal();

    private PassTest(Graph graph) {
        before = graph;
        after = graph.copy();
    }

    /** A graph in the notation of {@link GraphText}. */
    public static PassTest given(String text) {
        return given(GraphText.parse(text));
    }

    /** A graph, which stays as it is. */
    public static PassTest given(Graph graph) {
        return new PassTest(graph.copy().freeze());
    }

    /** Changes the graph before the pass runs, to what text cannot say. */
    public PassTest with(Consumer<Graph> edit) {
        Graph edited = before.copy();
        edit.accept(edited);
        return given(edited);
    }

    /** Applies passes in that order. */
    public PassTest when(GraphPass... passes) {
        List.of(passes).forEach(p -> p.apply(after, journal));
        return this;
    }

    /** The operators, their attributes and who reads whom are those of the text; names do not matter. */
    public PassTest becomes(String text) {
        assertThat(GraphDump.structure(after)).isEqualTo(GraphDump.structure(GraphText.parse(text)));
        return this;
    }

    /** Nothing is different, names and constants included. */
    public PassTest isUnchanged() {
        assertThat(GraphDump.of(after)).isEqualTo(GraphDump.of(before));
        return this;
    }

    /** The pass said so when it left something alone. */
    public PassTest because(String reason) {
        assertThat(journal.entries())
                .anySatisfy(e -> assertThat(e.did() ? "" : e.text()).contains(reason));
        return this;
    }

    /** The pass said so of something that it did. */
    public PassTest saying(String what) {
        assertThat(journal.entries())
                .anySatisfy(e -> assertThat(e.did() ? e.text() : "").contains(what));
        return this;
    }

    /** Graph outputs of the same names have the same values on seeded inputs, relative to the largest. */
    public PassTest keepsOutputsWithin(double tolerance) {
        for (long seed = 0; seed < 2; seed++) {
            Map<String, Array> in = ReferenceEngine.inputs(before, seed);
            Map<String, Array> expected = ReferenceEngine.run(before, in);
            Map<String, Array> actual = ReferenceEngine.run(after, in);
            assertThat(actual.keySet()).isEqualTo(expected.keySet());
            expected.forEach(
                    (name, y) -> assertSame(name, y, java.util.Objects.requireNonNull(actual.get(name)), tolerance));
        }
        return this;
    }

    private static void assertSame(String name, Array expected, Array actual, double tolerance) {
        assertThat(actual.dims()).as(name).isEqualTo(expected.dims());
        double largest = 1e-3;
        double difference = 0;
        for (int i = 0; i < expected.data().length; i++) {
            largest = Math.max(largest, Math.abs(expected.data()[i]));
            difference = Math.max(difference, Math.abs(expected.data()[i] - actual.data()[i]));
        }
        assertThat(difference / largest).as("difference of " + name).isLessThanOrEqualTo(tolerance);
    }

    /** The graph as the pass left it. */
    public Graph graph() {
        return after;
    }

    /** What the pass wrote. */
    public Journal journal() {
        return journal;
    }
}
