package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.Equalize;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EqualizeLimitsTest {
    private static final Pattern LEFT = Pattern.compile("predicted noise [^ ]+ -> ([^;]+);");
    private static final double WORTH = 0.75;
    private static final double GAINS = 0.965;

    private static Graph network(long seed) {
        Graph graph = GraphText.parse(
                "x[1,4,6,6] -> Conv(v[6,4,3,3], b[6]) -> Relu -> Conv(u[6,6,1,1], c[6]) -> Clip(0.0, 0.3) -> Conv(w[5,6,1,1]) -> y");
        ScalableGraphs.unbalance(graph, new Random(seed));
        return graph;
    }

    private static Journal equalize(Graph graph, String limits) {
        Journal journal = new Journal();
        new Equalize(new PassOptions(Map.of("limits", List.of(limits), "weights", List.of("per-channel"))))
                .apply(graph, RandomInputs.of(graph, 4).witness(graph), journal);
        return journal;
    }

    private static OptionalDouble left(Journal journal) {
        return journal.entries().stream()
                .map(e -> LEFT.matcher(e.text()))
                .filter(Matcher::find)
                .mapToDouble(m -> Double.parseDouble(m.group(1)))
                .findFirst();
    }

    @Test
    void withAGridPerChannelLimitsMustBeWorthTheirNodes() {
        int cheaper = 0;
        for (long seed = 0; seed < 200; seed++) {
            OptionalDouble common = left(equalize(network(seed), "common"));
            OptionalDouble own = left(equalize(network(seed), "per-channel"));
            if (common.isEmpty() || own.isEmpty()) {
                continue;
            }
            double ratio = own.getAsDouble() / common.getAsDouble();
            Graph graph = network(seed);
            equalize(graph, "auto");
            boolean perChannel = graph.nodes().stream().anyMatch(n -> n.is("Add") || n.is("Min"));
            if (ratio > WORTH + 0.02) {
                cheaper += ratio < GAINS ? 1 : 0;
                assertThat(perChannel).as("seed %d, ratio %.3f", seed, ratio).isFalse();
            }
        }
        assertThat(cheaper)
                .as("networks to which limits per channel bring something")
                .isPositive();
    }
}
