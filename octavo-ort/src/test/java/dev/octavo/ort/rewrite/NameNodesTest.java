package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.rewrite.NameNodes;
import org.junit.jupiter.api.Test;

class NameNodesTest {
    private static Graph named(String... names) {
        Graph graph = GraphText.parse("x[1,4] -> Relu -> a -> Neg -> b -> Relu -> c -> Relu -> y");
        for (int i = 0; i < names.length; i++) {
            graph.rename(graph.nodes().get(i), names[i]);
        }
        return graph;
    }

    @Test
    void callsTheNamelessByOperatorAndOutput() {
        Rewriting r = Rewriting.of(named("", "", "mine", ""), new NameNodes());
        assertThat(r.after().nodes()).extracting(Node::name).containsExactly("Relu_a", "Neg_b", "mine", "Relu_y");
        r.because("3 nodes without a name").keepsOutputs();
    }

    @Test
    void numbersTheRepeatedAndKeepsTheFirst() {
        Rewriting r = Rewriting.of(named("n", "n", "n_2", "n"), new NameNodes());
        assertThat(r.after().nodes()).extracting(Node::name).containsExactly("n", "n_3", "n_2", "n_4");
        r.because("2 nodes whose name");
    }

    @Test
    void leavesAloneWhatHasNamesOfItsOwn() {
        Rewriting.of(named("a", "b", "c", "d"), new NameNodes()).isUnchanged();
    }
}
