package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Placement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CostsTest {
    private final Graph graph =
            GraphText.parse("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> p -> Conv(b[4,4,1,1]) -> q -> Conv(c[4,4,1,1]) -> y");
    private final List<Group> groups = Group.of(graph);
    private final Map<String, TensorType> types = Map.of("x", new TensorType(DType.FLOAT, Shape.of(1, 4, 8, 8)));

    private MeasuredCosts costs(double scale) {
        MeasuredCosts c = new MeasuredCosts(types, new BorderCosts(1, 0.5, 2, 0));
        groups.forEach(g -> c.putFloat(g, 10 * scale));
        groups.forEach(g -> c.putIntegers(g, 4 * scale));
        c.putDequantize("y", 3);
        return c;
    }

    @Test
    void takesBordersAsMeasuredOrElseByTheirSize() {
        MeasuredCosts c = costs(1);
        Value x = graph.require("x");
        assertThat(c.quantize(x)).isEqualTo(1 + 0.5 * 256);
        c.putQuantize("x", 7);
        assertThat(c.quantize(x)).isEqualTo(7);
        assertThat(c.dequantize(graph.require("y"))).isEqualTo(3);
        assertThat(c.dequantize(graph.require("q"))).as("of unknown shape").isEqualTo(2);
    }

    @Test
    void addsUpWhatAPlacementCosts() {
        MeasuredCosts c = costs(1);
        c.putQuantize("x", 7);
        assertThat(Placement.cost(graph, groups, Set.of(), c)).isEqualTo(30);
        assertThat(Placement.cost(graph, groups, Set.copyOf(groups), c)).isEqualTo(12 + 7 + 3);
        c.putQuantize("p", 5);
        assertThat(Placement.cost(graph, groups, Set.of(groups.get(1)), c)).isEqualTo(24 + 5 + 2);
    }

    @Test
    void countsEveryNumberOfThreadsTheSame() {
        WeightedCosts w = WeightedCosts.inProportion(List.of(costs(1), costs(3)), groups);
        double inFloat = groups.stream().mapToDouble(w::inFloat).sum();
        double alone = groups.stream().mapToDouble(w.only(0)::inFloat).sum();
        assertThat(inFloat).isCloseTo(1000, within(1e-9));
        assertThat(alone).isCloseTo(500, within(1e-9));
    }

    @Test
    void canMakeBordersAndIntegersDearer() {
        WeightedCosts w = WeightedCosts.inProportion(List.of(costs(1)), groups);
        WeightedCosts skewed = w.skewed(2, 1).skewed(1, 3);
        Group g = groups.get(0);
        assertThat(skewed.inFloat(g)).isEqualTo(w.inFloat(g));
        assertThat(skewed.inIntegers(g)).isCloseTo(3 * w.inIntegers(g), within(1e-9));
        assertThat(skewed.quantize(graph.require("x"))).isCloseTo(2 * w.quantize(graph.require("x")), within(1e-9));
    }
}
