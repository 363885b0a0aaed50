package dev.octavo.quant.lower;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Carried;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphDump;
import dev.octavo.core.testing.GraphText;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Lifting Q/DQ graphs that other tools wrote: other names, no notes in the metadata. */
class ForeignGraphTest {
    private static final Carried SUBGRAPH = new Carried() {};

    @Test
    void liftsPairsWithNamesOfAnotherTool() {
        Lifting.Lifted lifted = lift("x[1,4] -> QuantizeLinear(0.1, 7:uint8) -> x_q -> DequantizeLinear(0.1, 7:uint8)"
                + " -> x_dq -> Relu -> r -> QuantizeLinear(0.2, 0:int8) -> DequantizeLinear(0.2, 0:int8) -> Relu -> y");

        assertThat(types(lifted.graph())).containsExactly("Relu", "Relu");
        assertThat(lifted.plan().grids().keySet()).extracting(Site::toString).containsExactly("r", "x");
        assertThat(spec(lifted.plan(), "x")).isEqualTo("u8");
        assertThat(spec(lifted.plan(), "r")).isEqualTo("s8 symmetric");
    }

    @Test
    void liftsADequantizerSharedByReaders() {
        Lifting.Lifted lifted = lift("x[1,4] -> QuantizeLinear(0.1, 7:uint8) -> DequantizeLinear(0.1, 7:uint8) -> d;"
                + " d -> Relu -> y; d -> Sigmoid -> z; d, y -> Add -> s");

        assertThat(sites(lifted.plan())).containsExactly("x");
        assertThat(lifted.plan().floats()).isEmpty();
        assertThat(types(lifted.graph())).containsExactly("Relu", "Sigmoid", "Add");
    }

    @Test
    void aFloatReaderBesideAQuantizedOneKeepsFloat() {
        Lifting.Lifted lifted = lift("x[1,4] -> QuantizeLinear(0.1, 7:uint8) -> DequantizeLinear(0.1, 7:uint8)"
                + " -> Relu -> y; x -> Sigmoid -> z");

        assertThat(sites(lifted.plan())).containsExactly("x");
        assertThat(lifted.plan().floats().keySet()).extracting(Site::toString).containsExactly("x -> z[0]");
    }

    @Test
    void theSecondGridOfAValueGoesToItsUse() {
        Lifting.Lifted lifted = lift("x[1,4] -> QuantizeLinear(0.1, 7:uint8) -> DequantizeLinear(0.1, 7:uint8)"
                + " -> Relu -> y; x -> QuantizeLinear(0.3, 0:int8) -> DequantizeLinear(0.3, 0:int8) -> Sigmoid -> z");

        assertThat(sites(lifted.plan())).containsExactly("x", "x -> z[0]");
    }

    @Test
    void aGraphOutputBehindDqGivesItsNameToTheValue() {
        Lifting.Lifted lifted = lift("x[1,4] -> Relu -> hidden -> QuantizeLinear(0.1, 0:uint8)"
                + " -> DequantizeLinear(0.1, 0:uint8) -> y!; y -> Sigmoid -> z");

        assertThat(types(lifted.graph())).containsExactly("Relu", "Sigmoid");
        assertThat(lifted.graph().outputs()).extracting(Value::name).containsExactly("y", "z");
        assertThat(lifted.graph().value("hidden")).isEmpty();
        assertThat(sites(lifted.plan())).containsExactly("y");
    }

    @Test
    void aGraphInputBehindAPairThatIsAnOutputStaysBehindIt() {
        String text = "x[1,4] -> QuantizeLinear(0.1, 0:uint8) -> q -> DequantizeLinear(0.1, 0:uint8) -> y";

        Lifting.Lifted lifted = lift(text);

        assertThat(GraphDump.of(lifted.graph())).isEqualTo(GraphDump.of(GraphText.parse(text)));
        assertThat(lifted.plan().grids()).isEmpty();
    }

    @Test
    void oneValueBehindTwoOutputsNamesOne() {
        Lifting.Lifted lifted = lift("x[1,4] -> Relu -> h -> QuantizeLinear(0.1, 0:uint8) -> q"
                + " -> DequantizeLinear(0.1, 0:uint8) -> y; q -> DequantizeLinear(0.1, 0:uint8) -> z");

        assertThat(lifted.graph().outputs()).extracting(Value::name).containsExactly("y", "z");
        assertThat(types(lifted.graph())).containsExactly("Relu", "QuantizeLinear", "DequantizeLinear");
    }

    @Test
    void leavesAPairWhoseEndsDiffer() {
        String text = "x[1,4] -> QuantizeLinear(0.1, 0:uint8) -> DequantizeLinear(0.2, 0:uint8) -> Relu -> y";

        Lifting.Lifted lifted = lift(text);

        assertThat(types(lifted.graph())).containsExactly("QuantizeLinear", "DequantizeLinear", "Relu");
        assertThat(lifted.plan().grids()).isEmpty();
    }

    @Test
    void leavesAnIntegerInputAndAnIntegerOutputAlone() {
        String text = "x:uint8[1,4] -> DequantizeLinear(0.1, 0:uint8) -> Relu -> QuantizeLinear(0.1, 0:uint8) -> y";

        assertThat(GraphDump.of(lift(text).graph())).isEqualTo(GraphDump.of(GraphText.parse(text)));
    }

    @Test
    void aQReadByAnIntegerOperatorStays() {
        Lifting.Lifted lifted = lift("x[1,4] -> QuantizeLinear(0.1, 0:uint8) -> q -> DequantizeLinear(0.1, 0:uint8)"
                + " -> Relu -> y; q -> Flatten -> z");

        assertThat(types(lifted.graph())).containsExactly("QuantizeLinear", "Relu", "Flatten");
        assertThat(sites(lifted.plan())).containsExactly("x");
    }

    @Test
    void aSecondPairBehindAPairStays() {
        Lifting.Lifted lifted = lift("x[1,4] -> QuantizeLinear(0.1, 0:uint8) -> DequantizeLinear(0.1, 0:uint8)"
                + " -> QuantizeLinear(0.3, 0:uint8) -> DequantizeLinear(0.3, 0:uint8) -> Relu -> y");

        assertThat(types(lifted.graph())).containsExactly("QuantizeLinear", "DequantizeLinear", "Relu");
        assertThat(sites(lifted.plan())).containsExactly("x");
    }

    @Test
    void zeroPointsMayBeAbsent() {
        Lifting.Lifted lifted = lift("x[1,4] -> QuantizeLinear(0.1) -> DequantizeLinear(0.1) -> Relu -> y");

        assertThat(types(lifted.graph())).containsExactly("Relu");
        assertThat(spec(lifted.plan(), "x")).isEqualTo("u8");
    }

    @Test
    void codesOfAWeightComeBackAsRealsUnderTheWeightsName() {
        Graph g = weighted("w_quantized", DType.INT8, 0);

        Lifting.Lifted lifted = Lifting.lift(g, any -> "f");

        assertThat(lifted.graph().require("w").constant().orElseThrow().floats())
                .containsExactly(-0.5f, 1f, 1.5f, 2f);
        assertThat(lifted.graph().value("w_quantized")).isEmpty();
        assertThat(lifted.graph().values().stream().filter(Value::isInitializer))
                .hasSize(1);
        assertThat(spec(lifted.plan(), "w")).isEqualTo("s8 symmetric");
    }

    @Test
    void codesThatLookLikeAnActivationsDoNotBecomeIt() {
        Graph g = weighted("x_quantized", DType.INT8, 0);

        Lifting.Lifted lifted = Lifting.lift(g, any -> "f");

        assertThat(lifted.graph().nodes().get(0).presentInputs())
                .extracting(Value::name)
                .containsExactly("x", "x_quantized");
        assertThat(lifted.graph()
                        .require("x_quantized")
                        .constant()
                        .orElseThrow()
                        .dtype())
                .isEqualTo(DType.FLOAT);
    }

    @Test
    void codesThatAnotherNodeReadsStayBesideTheReals() {
        Graph g = weighted("w", DType.INT8, 0);
        g.addNode(NodeSpec.of("Shape", "").inputs("w").outputs("extents"));
        g.addOutput(g.require("extents"));

        Lifting.Lifted lifted = Lifting.lift(g, any -> "f");

        assertThat(lifted.graph().require("w").constant().orElseThrow().dtype()).isEqualTo(DType.INT8);
        Value weight = lifted.graph().nodes().get(0).input(1).orElseThrow();
        assertThat(weight.constant().orElseThrow().dtype()).isEqualTo(DType.FLOAT);
    }

    @Test
    void codesScalesAndZeroPointsMayComeFromConstantNodes() {
        Graph plain = weighted("w_codes", DType.INT8, 0);
        Graph g = new Graph("constants");
        plain.inputs().forEach(v -> g.addInput(v.name(), v.type().orElseThrow()));
        plain.values().stream()
                .filter(Value::isInitializer)
                .forEach(v -> g.addNode(NodeSpec.of("Constant", "")
                        .attribute("value", new Attribute.Dense(v.constant().orElseThrow()))
                        .outputs(v.name())));
        plain.nodes().forEach(n -> g.addNode(NodeSpec.like(n)));
        g.addOutput(g.require("y"));

        Lifting.Lifted lifted = Lifting.lift(g, any -> "f");

        assertThat(types(lifted.graph())).containsExactly("MatMul");
        assertThat(lifted.graph().require("w_codes").constant().orElseThrow().floats())
                .containsExactly(-0.5f, 1f, 1.5f, 2f);
    }

    @Test
    void aNegativeAxisCountsFromTheLast() {
        Graph g = weighted("w", DType.INT8, -1);

        Plan plan = Lifting.lift(g, any -> "f").plan();

        assertThat(spec(plan, "w")).isEqualTo("s8 symmetric per-channel(1)");
    }

    @Test
    void leavesBlockedAndFourBitGridsAlone() {
        Graph blocked = new Graph("blocked");
        blocked.addConstant("w", Tensor.ofCodes(DType.INT8, Shape.of(2, 2), 1, 2, 3, 4));
        blocked.addConstant("s", Tensor.ofFloats(Shape.of(2, 1), 0.5f, 0.25f));
        blocked.addNode(NodeSpec.of("DequantizeLinear", "dq")
                .inputs("w", "s")
                .attribute("block_size", new Attribute.Int(2))
                .outputs("y"));
        blocked.addNode(NodeSpec.of("Relu", "r").inputs("y").outputs("z"));
        blocked.addOutput(blocked.require("z"));
        Graph four = new Graph("four");
        four.addConstant("w", Tensor.ofBytes(DType.INT4, Shape.of(2), (byte) 0x12));
        four.addConstant("s", Tensor.ofFloats(Shape.SCALAR, 0.5f));
        four.addNode(NodeSpec.of("DequantizeLinear", "dq").inputs("w", "s").outputs("y"));
        four.addNode(NodeSpec.of("Relu", "r").inputs("y").outputs("z"));
        four.addOutput(four.require("z"));

        for (Graph g : List.of(blocked, four)) {
            assertThat(GraphDump.of(Lifting.lift(g, any -> "f").graph())).isEqualTo(GraphDump.of(g));
        }
    }

    @Test
    void leavesADequantizerThatASubgraphReads() {
        Graph g = GraphText.parse(
                "x[1,4] -> QuantizeLinear(0.1, 7:uint8) -> DequantizeLinear(0.1, 7:uint8) -> d" + " -> Relu -> y");
        g.addNode(NodeSpec.of("If", "branch")
                .inputs("x")
                .attribute("then_branch", new Attribute.Foreign(SUBGRAPH, Set.of("d")))
                .outputs("z"));
        g.addOutput(g.require("z"));

        Graph lifted = Lifting.lift(g, any -> "f").graph();

        assertThat(lifted.require("d").isCaptured()).isTrue();
        assertThat(GraphDump.of(lifted)).isEqualTo(GraphDump.of(g));
    }

    @Test
    void aRealClipBeforeQIsNoneOfOurs() {
        Lifting.Lifted lifted = lift("x[1,4] -> Clip(0, 6) -> x_Clip_Output -> QuantizeLinear(0.1, 0:uint8)"
                + " -> DequantizeLinear(0.1, 0:uint8) -> Relu -> y");

        assertThat(types(lifted.graph())).containsExactly("Clip", "Relu");
        assertThat(sites(lifted.plan())).containsExactly("x_Clip_Output");
    }

    /* x -> MatMul(DQ(codes)) -> y, a scale of 0.5 or, with an axis, one of 0.5 and 1 per channel. */
    private static Graph weighted(String codes, DType type, int axis) {
        Graph out = new Graph("weighted");
        out.addInput("x", new TensorType(DType.FLOAT, Shape.of(1, 2)));
        boolean perChannel = axis != 0;
        out.addConstant(codes, Tensor.ofCodes(type, Shape.of(2, 2), -1, 2, 3, 4));
        out.addConstant("s", perChannel ? Tensor.ofFloats(Shape.of(2), 0.5f, 1f) : Tensor.ofFloats(Shape.SCALAR, 0.5f));
        NodeSpec dq = NodeSpec.of("DequantizeLinear", "dq").inputs(codes, "s").outputs("w_dq");
        out.addNode(perChannel ? dq.attribute("axis", new Attribute.Int(axis)) : dq);
        out.addNode(NodeSpec.of("MatMul", "mm").inputs("x", "w_dq").outputs("y"));
        out.addOutput(out.require("y"));
        return out;
    }

    private static Lifting.Lifted lift(String text) {
        return Lifting.lift(GraphText.parse(text), any -> "f");
    }

    private static List<String> types(Graph g) {
        return g.nodes().stream().map(n -> n.type()).toList();
    }

    private static List<String> sites(Plan p) {
        return p.grids().keySet().stream().map(Site::toString).toList();
    }

    private static String spec(Plan p, String value) {
        return Objects.requireNonNull(p.grids().get(new Site.OfValue(value)))
                .spec()
                .toString();
    }
}
