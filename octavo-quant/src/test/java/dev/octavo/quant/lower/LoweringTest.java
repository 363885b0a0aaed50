package dev.octavo.quant.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Carried;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoweringTest {
    private static final Grid U8 = grid(8, false, 0.1f, 3);

    @Test
    void aGraphOutputWithAGridKeepsNameTypeAndPlace() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y! -> Sigmoid -> z");
        g.setType(g.require("y"), new TensorType(DType.FLOAT, Shape.of(1, 4)));

        Graph lowered = Lowering.lower(g, plan(Map.of("y", U8)));

        assertThat(lowered.outputs()).extracting(Value::name).containsExactly("y", "z");
        assertThat(lowered.require("y").type()).isEqualTo(g.require("y").type());
        assertThat(lowered.require("y").producer().orElseThrow().type()).isEqualTo("DequantizeLinear");
    }

    @Test
    void aReaderThatKeepsFloatReadsAGraphOutputBeforeItsQ() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y! -> Sigmoid -> z");
        Plan p = new Plan(
                "f",
                new TreeMap<>(Map.of(Site.parse("y"), U8)),
                new TreeMap<>(Map.of(Site.parse("y -> z[0]"), "asked for")),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>());

        Graph lowered = Lowering.lower(g, p);

        Value read = lowered.require("z").producer().orElseThrow().input(0).orElseThrow();
        assertThat(read.producer().orElseThrow().type()).isEqualTo("Relu");
    }

    @Test
    void aReplacedConstantThatStaysInFloatIsReplacedInItsConstantNodeToo() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y");
        g.addConstant("c", Tensor.ofFloats(Shape.SCALAR, 1));
        Graph node = new Graph("constant node");
        node.addNode(dev.octavo.core.graph.NodeSpec.of("Constant", "")
                .attribute("value", new dev.octavo.core.graph.Attribute.Dense(Tensor.ofFloats(Shape.SCALAR, 1)))
                .outputs("c"));
        node.addOutput(node.require("c"));

        for (Graph each : List.of(g, node)) {
            Graph lowered =
                    Lowering.lower(each, Plan.empty("f").withConstants(Map.of("c", Tensor.ofFloats(Shape.SCALAR, 2))));
            assertThat(lowered.require("c").constant().orElseThrow().scalar()).isEqualTo(2f);
        }
    }

    @Test
    void constantsThatOnlyTheCodecCanReadAreCarriedAlong() {
        Graph g = new Graph("sparse");
        g.addInput("x", new TensorType(DType.FLOAT, Shape.of(1, 4)));
        Carried sparse = new Carried() {};
        g.addOpaqueConstant("w", sparse);
        g.addNode(dev.octavo.core.graph.NodeSpec.of("MatMul", "mm")
                .inputs("x", "w")
                .outputs("y"));
        g.addOutput(g.require("y"));

        Graph lowered = Lowering.lower(g, plan(Map.of("x", U8)));

        assertThat(lowered.require("w").carried()).contains(sparse);
        assertThat(Lifting.lift(lowered, any -> "f").graph().require("w").carried())
                .contains(sparse);
    }

    @ParameterizedTest
    @CsvSource({"2, false", "3, true", "4, false", "5, true", "6, false", "7, true", "12, false", "15, true"})
    void oddWidthsAreExact(int bits, boolean signed) {
        QuantSpec spec = QuantSpec.perTensor(bits, signed, false);
        Grid grid = Grid.perTensor(spec, QuantParams.forRange(new dev.octavo.core.plan.Range(-1.3, 2.1), spec));
        Graph lowered = Lowering.lower(GraphText.parse("x[1,4] -> Relu -> y"), plan(Map.of("x", grid)));

        Node clip = lowered.nodes().get(0);
        float low = clip.input(1).orElseThrow().constant().orElseThrow().scalar();
        float high = clip.input(2).orElseThrow().constant().orElseThrow().scalar();
        QuantSpec stored = QuantSpec.perTensor(bits <= 8 ? 8 : 16, signed, false);
        QuantParams p = grid.channel(0);
        for (float x = -4; x < 4; x += 0.01f) {
            int code = p.code(Math.max(low, Math.min(high, x)), stored);
            assertThat(code).as("code of %s", x).isEqualTo(p.code(x, spec));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 24, 32})
    void refusesActivationsThatQuantizeLinearCannotGive(int bits) {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y");

        assertThatThrownBy(() -> Lowering.lower(g, plan(Map.of("x", grid(bits, true, 0.1f, 0)))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("x cannot have a grid of " + bits + " bits");
    }

    @Test
    void refusesAZeroPointFor32BitCodes() {
        Graph g = GraphText.parse("x[1,4] -> Add(b[4]) -> y");

        assertThatThrownBy(() -> Lowering.lower(g, plan(Map.of("b", grid(32, true, 0.1f, 5)))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("zero point");
    }

    @Test
    void refusesAnOddWidthPerChannelForActivations() {
        Graph g = GraphText.parse("x[1,2] -> Relu -> y");
        QuantSpec spec = QuantSpec.perChannel(4, false, false, 1);
        Grid grid = new Grid(spec, List.of(new QuantParams(1, 0), new QuantParams(2, 0)));

        assertThatThrownBy(() -> Lowering.lower(g, plan(Map.of("x", grid))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("cannot be expressed in ONNX");
    }

    private static Grid grid(int bits, boolean signed, float scale, int zero) {
        return Grid.perTensor(QuantSpec.perTensor(bits, signed, false), new QuantParams(scale, zero));
    }

    private static Plan plan(Map<String, Grid> values) {
        TreeMap<Site, Grid> grids = new TreeMap<>();
        values.forEach((name, grid) -> grids.put(new Site.OfValue(name), grid));
        return Plan.empty("f").withGrids(grids);
    }
}
