package dev.octavo.quant.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.testing.GraphText;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpsetNeedsTest {
    @ParameterizedTest
    @CsvSource({
        "8, false, 10",
        "4, false, 11",
        "8, true, 13",
        "4, true, 13",
        "16, false, 21",
        "12, true, 21",
        "32, true, 13",
        "32, false, 10"
    })
    void aPlanNeedsTheOpsetOfItsWidestDemand(int bits, boolean perChannel, long opset) {
        Plan plan = plan(bits, perChannel);

        assertThat(OpsetNeeds.needed(plan)).isEqualTo(opset);
        assertThat(OpsetNeeds.needed(Plan.empty("f"))).isEqualTo(1);
    }

    @Test
    void theOpsetIsRaisedOnlyWhereItMustBe() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y");

        assertThat(Lowering.lower(g, plan(8, false)).opset()).isEqualTo(17);
        assertThat(Lowering.lower(g, plan(16, false)).opset()).isEqualTo(21);
        assertThat(Lowering.lower(g, plan(16, false)).opsets()).containsEntry("", 21L);
        g.setOpset("", 9);
        assertThat(Lowering.lower(g, plan(8, false)).opset()).isEqualTo(10);
        assertThat(Lowering.lower(g, plan(6, false)).opset()).isEqualTo(11);
        assertThat(Lowering.lower(g, Plan.empty("f")).opset()).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "17 | x[1,4] -> ReduceMean(; axes=[1]) -> y | ReduceMean",
                "12 | x[1,4] -> Softmax -> y | Softmax",
                "12 | x[1,4] -> Squeeze(; axes=[0]) -> y | Squeeze",
                "10 | x[1,4] -> Clip(; min=0.0 max=6.0) -> y | Clip",
                "17 | x[1,4] -> Split(; axis=1) -> y, z | Split"
            })
    void refusesToChangeWhatANodeMeans(long opset, String text, String type) {
        Graph g = GraphText.parse(text);
        g.setOpset("", opset);

        assertThatThrownBy(() -> Lowering.lower(g, plan(16, false)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("needs ONNX opset 21, the model has " + opset)
                .hasMessageContaining(type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "17 | x[1,4] -> ReduceMean -> y",
                "12 | x[1,4] -> other::Softmax -> y",
                "13 | x[1,4] -> Softmax -> y",
                "11 | x[1,4] -> Clip(0, 6) -> y"
            })
    void raisesWhereNodesMeanTheSame(long opset, String text) {
        Graph g = GraphText.parse(text);
        g.setOpset("", opset);

        assertThat(Lowering.lower(g, plan(16, false)).opset()).isEqualTo(21);
    }

    private static Plan plan(int bits, boolean perChannel) {
        OptionalInt axis = perChannel ? OptionalInt.of(0) : OptionalInt.empty();
        Grid grid = new Grid(new QuantSpec(bits, true, true, axis), List.of(new QuantParams(1, 0)));
        TreeMap<Site, Grid> grids = new TreeMap<>();
        grids.put(new Site.OfValue(perChannel || bits > 16 ? "w" : "x"), grid);
        return Plan.empty("f").withGrids(grids);
    }
}
