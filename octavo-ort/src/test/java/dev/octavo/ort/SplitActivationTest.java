package dev.octavo.ort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Engine.Session;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.SplitRange;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** An activation is split by what data say of its channels. */
class SplitActivationTest {
    private static final Tensor INPUT = SeededData.gaussian(Shape.of(1, 6), 3);

    private static float[] output(Graph g) {
        try (Session s = OrtEngine.INSTANCE.open(g, Mode.UNFUSED, 1)) {
            return Objects.requireNonNull(s.run(Map.of("x", INPUT)).get("y")).floats();
        }
    }

    @Test
    void channelsOfLikeSizeGoTogether() {
        Graph before = GraphText.parse("x[1,6] -> Mul(c{1.0,100.0,2.0,90.0,1.5,80.0}) -> m -> Sigmoid -> y");
        Graph after = before.copy();
        Journal journal = new Journal();
        SplitRange pass = new SplitRange(new PassOptions(Map.of("on", List.of("m"))));
        DataWitness witness = DataWitness.of(before, SeededData.of(before, 8), SweepOptions.standard(), Progress.NONE);
        pass.apply(after, witness, journal);
        assertThat(after.nodes().stream().map(Node::type))
                .containsExactly("Mul", "Gather", "Sigmoid", "Gather", "Sigmoid", "Concat", "Gather");
        assertThat(journal.entries())
                .singleElement()
                .satisfies(e -> assertThat(e.text()).contains("2 groups of elements: 3 up to", ", 3 up to"));
        assertThat(output(after)).containsExactly(output(before));
    }
}
