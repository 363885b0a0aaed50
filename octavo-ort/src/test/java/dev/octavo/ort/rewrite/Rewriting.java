package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Engine.Session;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.cost.ProbeInputs;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.GraphPass;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** A graph before and after a rewrite: what became of it, and whether it still computes the same. */
final class Rewriting {
    private static final float TOLERANCE = 1e-5f;

    private final Graph before;
    private final Graph after;
    private final Journal journal = new Journal();

    private Rewriting(Graph before, GraphPass pass) {
        this.before = before;
        this.after = before.copy();
        pass.apply(after, journal);
    }

    static Rewriting of(String text, GraphPass pass) {
        return of(GraphText.parse(text), pass);
    }

    static Rewriting of(Graph graph, GraphPass pass) {
        return new Rewriting(graph, pass);
    }

    /** A rewrite that needs to know the types. */
    static Rewriting ofTyped(Graph graph, Function<Map<String, TensorType>, GraphPass> pass) {
        return new Rewriting(graph, pass.apply(OrtEngine.INSTANCE.inferTypes(graph)));
    }

    Graph after() {
        return after;
    }

    List<String> operators() {
        return after.nodes().stream().map(Node::type).toList();
    }

    Rewriting becomes(String... operators) {
        assertThat(operators()).containsExactly(operators);
        return this;
    }

    Rewriting isUnchanged() {
        assertThat(operators())
                .isEqualTo(before.nodes().stream().map(Node::type).toList());
        assertThat(journal.entries()).noneMatch(Journal.Entry::did);
        return this;
    }

    Rewriting because(String part) {
        assertThat(journal.entries()).anySatisfy(e -> assertThat(e.text()).contains(part));
        return this;
    }

    void keepsOutputs() {
        assertThat(journal.entries()).anyMatch(Journal.Entry::did);
        Map<String, Tensor> inputs = ProbeInputs.of(before, OrtEngine.INSTANCE.inferTypes(before));
        try (Session one = OrtEngine.INSTANCE.open(before, Mode.UNFUSED, 1);
                Session other = OrtEngine.INSTANCE.open(after, Mode.UNFUSED, 1)) {
            Map<String, Tensor> was = one.run(inputs);
            Map<String, Tensor> is = other.run(inputs);
            assertThat(List.copyOf(is.keySet())).isEqualTo(List.copyOf(was.keySet()));
            was.forEach((name, tensor) -> assertSame(name, tensor, Objects.requireNonNull(is.get(name))));
        }
    }

    private static void assertSame(String name, Tensor was, Tensor is) {
        assertThat(is.shape()).as(name).isEqualTo(was.shape());
        float[] expected = was.floats();
        float[] seen = is.floats();
        for (int i = 0; i < expected.length; i++) {
            assertThat(seen[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(TOLERANCE));
        }
    }
}
