package dev.octavo.quant.datafree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.FoldBatchNorm;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BatchNormWitnessTest {
    private static final String NETWORK =
            "x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]; pads=1,1,1,1) -> BatchNormalization -> n"
                    + " -> Relu -> r -> Conv(u[5,4,1,1], c[5]) -> y";

    /** Knows shapes from running the reference. */
    private static final Engine SHAPES = new Engine() {
        @Override
        public Session open(Graph graph, Mode mode, int threads) {
            throw new AssertionError("nothing is run without data");
        }

        @Override
        public Map<String, TensorType> inferTypes(Graph graph) {
            Map<String, TensorType> types = new TreeMap<>();
            ReferenceEngine.trace(graph, ReferenceEngine.inputs(graph, 1))
                    .forEach((name, a) -> types.put(
                            name,
                            new TensorType(
                                    DType.FLOAT,
                                    Shape.of(a.dims().stream().mapToLong(d -> d).toArray()))));
            return types;
        }
    };

    private static BatchNormWitness witness(Map<String, InputRange> inputs) {
        return new BatchNormWitness(SHAPES, g -> "print of " + g.name(), inputs);
    }

    private static EvidenceRequest request(String... values) {
        TreeMap<String, Set<Integer>> axes = new TreeMap<>();
        for (String v : values) {
            axes.put(v, Set.of(1));
        }
        return new EvidenceRequest(axes);
    }

    @Test
    void givesWhatIsAskedForAndTheGraphsFingerprint() {
        Graph g = GraphText.parse(NETWORK);
        Evidence e = witness(Map.of()).observe(g, request("r", "y"));
        assertThat(e.values().keySet()).containsExactly("r", "y");
        assertThat(e.graphFingerprint()).isEqualTo("print of text");
        assertThat(e.samples()).isZero();
        assertThat(witness(Map.of()).hasData()).isFalse();
        assertThat(Objects.requireNonNull(e.of("y").channels().get(1)).channels())
                .isEqualTo(5);
    }

    @Test
    void foldingMakesNoDifference() {
        Graph g = GraphText.parse(NETWORK);
        Evidence before = witness(Map.of()).observe(g, request("n", "r", "y"));
        new FoldBatchNorm().apply(g, new Journal());
        Evidence after = witness(Map.of()).observe(g, request("n", "r", "y"));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void saysWhichValuesStayUnknown() {
        Graph g = GraphText.parse(NETWORK);
        assertThat(witness(Map.of()).unknown(g)).containsOnlyKeys("x", "conv_1_out");
        InputRange pixels = new InputRange(1, List.of(-1.0, -1.0, -1.0), List.of(1.0, 1.0, 1.0));
        assertThat(witness(Map.of("x", pixels)).unknown(g)).isEmpty();
        assertThatThrownBy(() -> witness(Map.of()).observe(g, request("x", "r")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("'x': nothing is said of the values of the input 'x'");
    }

    @Test
    void aNetworkWithoutStatisticsIsRefused() {
        Graph g = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> n -> Relu -> y");
        for (Runnable ask : List.<Runnable>of(
                () -> witness(Map.of()).observe(g, request("y")),
                () -> witness(Map.of()).unknown(g))) {
            assertThatThrownBy(ask::run).isInstanceOfSatisfying(ModelException.class, e -> {
                assertThat(e).hasMessageContaining("has no batch normalisations");
                assertThat(e.fix()).contains("--data").contains("export it again");
            });
        }
    }

    @Test
    void theInputIsSpreadOverItsRange() {
        Graph g = GraphText.parse(NETWORK);
        InputRange pixels = new InputRange(1, List.of(-2.0, -1.0, 0.0), List.of(2.0, 3.0, 1.0));
        Evidence e = witness(Map.of("x", pixels)).observe(g, request("x"));
        assertThat(e.of("x").histogram().min()).isEqualTo(-2);
        assertThat(e.of("x").histogram().max()).isEqualTo(3);
        assertThat(Objects.requireNonNull(e.of("x").channels().get(1)).mean(1)).isCloseTo(1, within(1e-6));
    }
}
