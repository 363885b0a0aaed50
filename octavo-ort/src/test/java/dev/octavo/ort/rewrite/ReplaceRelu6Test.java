package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.Equalize;
import dev.octavo.quant.rewrite.ReplaceRelu6;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplaceRelu6Test {
    // The inputs are normal: 1.0 is often exceeded, 20.0 never.
    private static final String TWO =
            "x[1,4,6,6] -> Conv(v[4,4,1,1]) -> Clip(0.0, 0.1) -> Conv(w[5,4,1,1]) -> Clip(0.0, 20.0)"
                    + " -> Conv(u[3,5,1,1]) -> y";

    private static ReplaceRelu6 replace(String... keysAndValues) {
        Map<String, List<String>> options = new java.util.TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            options.put(keysAndValues[i], List.of(keysAndValues[i + 1]));
        }
        return new ReplaceRelu6(new PassOptions(options));
    }

    private static List<String> operators(Graph g) {
        return g.nodes().stream().map(Node::type).toList();
    }

    @Test
    void alwaysPutsReluAndSaysWhatThatDoesToTheOutputs() {
        Graph graph = GraphText.parse(TWO);
        Journal journal = new Journal();

        replace().apply(graph, RandomInputs.of(graph, 2).witness(graph), journal);

        assertThat(operators(graph)).containsExactly("Conv", "Relu", "Conv", "Relu", "Conv");
        assertThat(journal.entries()).anyMatch(e -> e.did() && e.text().contains("outputs differ by at most"));
        assertThat(journal.countOf("replace-relu6")).isEqualTo(3);
    }

    @Test
    void rareReplacesWhereTheLimitIsRarelyReached() {
        Graph graph = GraphText.parse(TWO);
        Journal journal = new Journal();

        replace("mode", "rare").apply(graph, RandomInputs.of(graph, 2).witness(graph), journal);

        assertThat(operators(graph)).containsExactly("Conv", "Clip", "Conv", "Relu", "Conv");
        assertThat(journal.entries()).anyMatch(e -> !e.did() && e.text().contains("of its values exceed"));
    }

    @Test
    void rareNeedsToKnowHowOften() {
        Graph graph = GraphText.parse(TWO);
        assertThatThrownBy(() -> replace("mode", "rare").apply(graph, Witness.NONE, new Journal()))
                .isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> replace("mode", "often")).isInstanceOf(RecipeException.class);
    }

    @Test
    void perChannelKeepsTheFunctionAndLeavesEqualizationFree() {
        Graph graph = GraphText.parse(TWO);
        ScalableGraphs.unbalance(graph, new Random(3));
        Graph before = graph.copy();
        RandomInputs data = RandomInputs.of(graph, 2);
        Journal journal = new Journal();

        replace("mode", "per-channel").apply(graph, data.witness(graph), journal);
        new Equalize(new PassOptions(Map.of("weights", List.of("per-tensor"))))
                .apply(graph, data.witness(graph), journal);

        assertThat(operators(graph)).containsExactly("Conv", "Relu", "Min", "Conv", "Relu", "Min", "Conv");
        assertThat(journal.countOf("equalize")).isPositive();
        assertThat(EqualizeTest.difference(before, graph, data.tensor(7))).isLessThan(1e-5);
    }

    @Test
    void leavesOtherLimitsAlone() {
        Graph graph = GraphText.parse("x[1,4,6,6] -> Clip(-1.0, 1.0) -> Relu -> Clip(0.0) -> y");
        Journal journal = new Journal();

        replace().apply(graph, Witness.NONE, journal);

        assertThat(operators(graph)).containsExactly("Clip", "Relu", "Clip");
        assertThat(journal.entries()).anyMatch(e -> e.text().contains("lower limit is not 0"));
    }
}
