package dev.octavo.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.testing.GraphDump;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The invariants of a graph hold after any edits. */
class GraphEditTest {
    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomEditsKeepTheChainsRight(long seed) {
        Graph g = RandomGraphs.of(seed);
        Random random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            edit(g, random, i);
            checkInvariants(g);
        }
        checkInvariants(g.copy());
        assertThat(GraphDump.of(g.copy())).isEqualTo(GraphDump.of(g));
    }

    private static void edit(Graph g, Random random, int i) {
        List<Node> nodes = g.nodes();
        Node n = nodes.get(random.nextInt(nodes.size()));
        Value in = n.input(0).orElseThrow();
        Value out = n.output();
        boolean added = n.is("Identity") && !out.isGraphOutput();
        switch (random.nextInt(4)) {
            case 0 ->
                g.insertAfter(
                        n, NodeSpec.of("Identity", "after").inputs(out.name()).outputs("new_" + i));
            case 1 ->
                g.insertBefore(
                        n,
                        NodeSpec.of("Add", "before")
                                .inputs(in.name(), in.name())
                                .outputs("new_" + i));
            case 2 -> {
                if (added && in.uses().size() == 1 && in.producer().isPresent() && !in.isGraphOutput()) {
                    g.takeOverOutput(n, in.producer().get());
                } else if (added) {
                    g.replaceAllUses(out, in);
                    g.remove(n);
                }
            }
            default -> g.setInput(n, 0, in.producer().flatMap(p -> p.input(0)).orElse(in));
        }
    }

    private static void checkInvariants(Graph g) {
        Set<Value> available = new HashSet<>();
        g.values().stream().filter(v -> v.producer().isEmpty()).forEach(available::add);
        for (Node n : g.nodes()) {
            for (int i = 0; i < n.inputCount(); i++) {
                Use use = new Use(n, i);
                n.input(i).ifPresent(v -> assertThat(v.uses()).containsOnlyOnce(use));
                n.input(i).ifPresent(v -> assertThat(available).contains(v));
            }
            n.presentOutputs().forEach(v -> assertThat(v.producer()).containsSame(n));
            available.addAll(n.presentOutputs());
        }
        for (Value v : g.values()) {
            assertThat(g.require(v.name())).isSameAs(v);
            v.uses().forEach(u -> assertThat(u.node().input(u.input())).containsSame(v));
            v.uses().forEach(u -> assertThat(g.nodes()).contains(u.node()));
        }
    }

    @Test
    void aNodeThatCannotBeAddedLeavesNoTrace() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y");
        String before = GraphDump.of(g);

        assertThatThrownBy(() ->
                        g.addNode(NodeSpec.of("Add", "").inputs("x", "nowhere").outputs("z")))
                .hasMessageContaining("no value 'nowhere'");
        assertThatThrownBy(() -> g.addNode(NodeSpec.of("Split", "").inputs("x").outputs("a", "y")))
                .hasMessageContaining("'y' exists already");
        assertThatThrownBy(() -> g.addNode(NodeSpec.of("Split", "").inputs("x").outputs("a", "a")))
                .hasMessageContaining("'a' exists already");

        assertThat(GraphDump.of(g)).isEqualTo(before);
        assertThat(g.value("a")).isEmpty();
        checkInvariants(g);
    }

    @Test
    void refusesToRemoveWhatIsRead() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> h -> Sigmoid -> y");

        assertThatThrownBy(() -> g.remove(g.nodes().get(0))).hasMessageContaining("h is still read");
        assertThatThrownBy(() -> g.remove(g.nodes().get(1))).hasMessageContaining("y is still read");
    }

    @Test
    void aFrozenGraphRefusesEditsAndItsCopyDoesNot() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y").freeze();

        assertThatThrownBy(() -> g.putMetadata("a", "b")).hasMessageContaining("is frozen");
        g.copy().putMetadata("a", "b");
        assertThat(g.metadata()).isEmpty();
    }

    @Test
    void aNodeIsCalledByItsNameOrByWhatItGives() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y");
        Node unnamed = g.addNode(NodeSpec.of("LSTM", "").inputs("y").outputs("", "hidden"));

        assertThat(g.nodes().get(0).label()).isEqualTo("relu_1");
        assertThat(unnamed.label()).isEqualTo("LSTM(hidden)");
        assertThat(unnamed.output().name()).isEqualTo("hidden");
        assertThat(unnamed.output(0)).isEmpty();
    }
}
