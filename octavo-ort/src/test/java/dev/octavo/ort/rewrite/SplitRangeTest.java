package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.TroubledNetwork;
import dev.octavo.quant.range.RelativeRounding;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.SplitRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitRangeTest {
    private static final QuantSpec EIGHT = QuantSpec.perTensor(8, false, false);

    private static SplitRange on(String glob, int groups, int axis) {
        return new SplitRange(new PassOptions(
                Map.of("on", List.of(glob), "groups", List.of("" + groups), "axis", List.of("" + axis))));
    }

    private static Graph withConstant(String operator, boolean first, Shape shape, float... values) {
        Graph g = new Graph("constant");
        g.setOpset("", 17);
        g.addInput("x", new TensorType(DType.FLOAT, Shape.of(1, 3, 8)));
        g.addConstant("c", Tensor.ofFloats(shape, values));
        g.addNode(NodeSpec.of(operator, "op")
                .inputs(first ? List.of("c", "x") : List.of("x", "c"))
                .outputs("y"));
        g.addOutput(g.require("y"));
        return g;
    }

    /* Magnitudes from 1 to 10000, in random order or sorted. */
    private static float[] mixed(int n, Random random, boolean sorted) {
        float[] c = new float[n];
        for (int i = 0; i < n; i++) {
            c[i] = (float) Math.pow(10, sorted ? 4.0 * i / (n - 1) : 4 * random.nextDouble());
        }
        return c;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void whatEverIsSplitTheOutputsStay(long seed) {
        Random random = new Random(seed);
        String operator = List.of("Add", "Sub", "Mul", "Div").get(random.nextInt(4));
        int axis = random.nextBoolean() ? -1 : -2;
        Shape shape = axis == -1 ? Shape.of(8) : Shape.of(3, random.nextBoolean() ? 1 : 8);
        float[] values = mixed((int) shape.elements(), random, false);
        Graph g = withConstant(operator, random.nextBoolean(), shape, values);
        Rewriting.of(g, on("c", 2 + random.nextInt(2), axis)).keepsOutputs();
    }

    @Test
    void groupsOfNeighboursAreCutAndJoined() {
        Rewriting r = Rewriting.of(
                withConstant("Div", false, Shape.of(8), 1, 2, 3, 4, 1000, 2000, 3000, 4000), on("c", 2, -1));
        r.becomes("Slice", "Div", "Slice", "Div", "Concat")
                .because("4 up to 4.000, 4 up to 4000")
                .keepsOutputs();
    }

    @Test
    void othersAreGatheredAndPutBack() {
        Rewriting r = Rewriting.of(
                withConstant("Div", false, Shape.of(8), 1, 1000, 2, 2000, 3, 3000, 4, 4000), on("c", 2, -1));
        assertThat(r.operators()).contains("Gather", "Concat").endsWith("Concat", "Gather");
        r.keepsOutputs();
    }

    @Test
    void theOtherOperandIsTakenWholeWhereItHasOneElement() {
        Graph g = GraphText.parse("x[1,4,1] -> Mul(c[1,8]) -> y");
        Rewriting.of(g, on("c", 2, -1)).keepsOutputs();
        assertThat(Rewriting.of(g, on("c", 2, -1)).operators()).doesNotContain("Slice");
    }

    @Test
    void theDivisorOfSinesIsFoundByItself() {
        Graph g = TroubledNetwork.graph();
        Rewriting r = Rewriting.ofTyped(g, types -> {
            Map<String, TensorType> known = new TreeMap<>(types);
            return new Typed(new SplitRange(PassOptions.NONE), known);
        });
        long divisions = r.after().nodes().stream()
                .filter(n -> n.is("Div") && n.name().contains("_group_"))
                .count();
        assertThat(divisions).isEqualTo(8);
        assertThat(r.after().value(TroubledNetwork.DIM_T)).isEmpty();
        r.keepsOutputs();
    }

    @Test
    void eachPartIsRoundedLess() {
        Random random = new Random(5);
        float[] c = mixed(64, random, true);
        double whole = RelativeRounding.of(c, EIGHT).coarse();
        List<Double> parts = new ArrayList<>();
        Graph g = new Graph("constant");
        g.setOpset("", 17);
        g.addInput("x", new TensorType(DType.FLOAT, Shape.of(1, 64)));
        g.addConstant("c", Tensor.ofFloats(Shape.of(64), c));
        g.addNode(NodeSpec.of("Div", "op").inputs("x", "c").outputs("y"));
        g.addOutput(g.require("y"));
        Rewriting.of(g, on("c", 4, -1)).after().values().stream()
                .filter(v -> v.name().startsWith("c_group"))
                .forEach(v ->
                        parts.add(RelativeRounding.of(v.constant().orElseThrow().floats(), EIGHT)
                                .coarse()));
        assertThat(whole).isGreaterThan(0.4);
        assertThat(parts).hasSize(4).allSatisfy(p -> assertThat(p).isLessThan(0.1));
    }

    @Test
    void leavesAloneWhatIsNoMixture() {
        Rewriting.of(withConstant("Div", false, Shape.of(8), 1, 2, 3, 4, 5, 6, 7, 8), new SplitRange(PassOptions.NONE))
                .isUnchanged();
        Rewriting.of(
                        withConstant("Add", false, Shape.of(8), 1, 2, 3, 4, 1000, 2000, 3000, 4000),
                        new SplitRange(PassOptions.NONE))
                .isUnchanged();
    }

    @Test
    void leavesAloneWhatIsNotReadElementByElement() {
        Rewriting.of(GraphText.parse("x[1,4,8] -> MatMul(c[8,3]) -> y"), on("c", 2, -1))
                .isUnchanged()
                .because("does not work element by element");
        Rewriting.of(GraphText.parse("x[1,4,8] -> Relu -> y"), on("x", 2, -1))
                .isUnchanged()
                .because("only data can say");
    }

    @Test
    void refusesOptionsThatCannotBe() {
        assertThatThrownBy(() -> on("c", 1, -1))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("groups is 1");
        assertThat(RelativeRounding.of(new float[] {0, 255, 1}, EIGHT).worst()).isCloseTo(0.5, within(1e-6));
    }
}
