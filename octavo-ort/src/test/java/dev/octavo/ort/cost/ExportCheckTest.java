package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.FoldBatchNorm;
import dev.octavo.quant.rewrite.MergeLimits;
import dev.octavo.quant.rewrite.NameNodes;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.OnnxRuntimeCpu;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExportCheckTest {
    private static final String FOUR = "x[1,16,8,8] -> Conv(a[16,16,1,1]) -> p -> Conv(b[16,16,1,1]) -> q"
            + " -> Conv(c[16,16,3,3]; pads=1,1,1,1) -> r -> Conv(d[16,16,1,1]) -> y";

    static LongStream seeds() {
        return LongStream.range(0, 30);
    }

    private final Graph graph = GraphText.parse(FOUR);
    private final List<Group> groups = Group.of(graph);
    private final Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(graph);

    private ExportCheck check(List<Group> integer, List<Group> meant, Map<Group, String> reasons) {
        return ExportCheck.of(graph, RoughLowering.of(graph, integer, SchemeOptions.DEFAULT), types, meant, reasons);
    }

    @Test
    void countsEverythingInIntegers() {
        ExportCheck c = check(groups, groups, Map.of());
        assertThat(c.computeNodes()).isEqualTo(4);
        assertThat(c.integerNodes()).isEqualTo(4);
        assertThat(c.integerShare()).isEqualTo(1);
        assertThat(c.floats()).isEmpty();
        assertThat(c.problems()).isEmpty();
    }

    @Test
    void namesWhatStaysInFloatAndWhy() {
        List<Group> last = groups.subList(2, 4);
        ExportCheck c = check(last, last, Map.of(groups.get(0), "it is slow"));
        assertThat(c.integerNodes()).isEqualTo(2);
        assertThat(c.integerShare()).isCloseTo(10.0 / 12, within(1e-9));
        assertThat(c.floats())
                .extracting(ExportCheck.InFloat::node, ExportCheck.InFloat::because)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("conv_1", "it is slow"),
                        org.assertj.core.groups.Tuple.tuple("conv_2", "it was kept in float"));
        assertThat(c.problems()).isEmpty();
    }

    @Test
    void findsTheFloatConvolutionThatTheRuntimeQuantizesByItself() {
        String pair = "QuantizeLinear(0.05, 128:uint8) -> DequantizeLinear(0.05, 128:uint8)";
        ExportCheck c = ExportCheck.of(
                GraphText.parse("x[1,16,8,8] -> " + pair + " -> Conv(w[16,16,1,1]; name=alone) -> " + pair + " -> y"));
        assertThat(c.problems()).hasSize(1);
        assertThat(c.problems().get(0).node()).isEqualTo("alone");
        assertThat(c.problems().get(0).text()).contains("meant for float").contains("QLinearConv");
    }

    @Test
    void findsThatOursStaysInFloatBetweenIntegers() {
        List<Group> integer = List.of(groups.get(0), groups.get(2), groups.get(3));
        ExportCheck c = check(integer, integer, Map.of());
        assertThat(c.problems()).isEmpty();
        assertThat(c.floats()).extracting(ExportCheck.InFloat::node).containsExactly("conv_2");
    }

    @Test
    void findsWhatWasMeantForIntegersAndIsNot() {
        ExportCheck c = check(List.of(), groups, Map.of());
        assertThat(c.integerNodes()).isZero();
        assertThat(c.problems()).hasSize(4);
        assertThat(c.problems().get(0).text()).contains("meant for integers");
    }

    @Test
    void readsTheGraphsOfOthersAndTheirNamelessNodes() {
        Graph lowered = RoughLowering.of(graph, groups.subList(1, 3), SchemeOptions.DEFAULT)
                .copy();
        lowered.nodes().stream().filter(n -> n.is("Conv")).forEach(n -> lowered.rename(n, ""));
        ExportCheck c = ExportCheck.of(lowered);
        assertThat(c.computeNodes()).isEqualTo(4);
        assertThat(c.integerNodes()).isEqualTo(2);
        assertThat(c.problems()).isEmpty();
        assertThat(c.floats().get(0).because()).contains("x is not quantized");
    }

    @Test
    void saysThatAFloatModelIsInFloat() {
        ExportCheck c = ExportCheck.of(graph);
        assertThat(c.integerNodes()).isZero();
        assertThat(c.floats()).hasSize(4);
        assertThat(c.problems()).isEmpty();
    }

    @Test
    void followsMatrixProducts() {
        Graph g = GraphText.parse(
                "x[4,32] -> MatMul(a[32,16]) -> p; p -> Gemm(b[16,8], c[8]) -> q; q -> MatMul(d[8,4]) -> y");
        List<Group> all = Group.of(g);
        Graph lowered = RoughLowering.of(g, all, SchemeOptions.DEFAULT);
        ExportCheck c = ExportCheck.of(g, lowered, OrtEngine.INSTANCE.inferTypes(g), all, Map.of());
        assertThat(c.problems()).isEmpty();
        assertThat(c.integerNodes()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsNoProblemWhereEverythingPossibleIsInIntegers(long seed) {
        Graph g = RandomGraphs.of(seed).copy();
        new NameNodes().apply(g, new Journal());
        new FoldBatchNorm().apply(g, new Journal());
        new MergeLimits().apply(g, new Journal());
        Map<String, TensorType> inferred = OrtEngine.INSTANCE.inferTypes(g);
        OnnxRuntimeCpu target = new OnnxRuntimeCpu();
        List<Group> possible = new ArrayList<>(Group.of(g));
        possible.removeIf(group -> target.obstacle(group, inferred).isPresent());
        Graph lowered = RoughLowering.of(g, possible, SchemeOptions.DEFAULT);
        ExportCheck c = ExportCheck.of(g, lowered, inferred, possible, Map.of());
        long products = Group.of(g).stream()
                .filter(group -> Weighted.of(group.node()).isPresent())
                .count();
        assertThat(c.computeNodes()).isEqualTo((int) products);
        assertThat(c.problems()).isEmpty();
    }
}
