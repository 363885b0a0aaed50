package dev.octavo.quant.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.lower.Lowering;
import dev.octavo.quant.range.AbsMax;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.OnnxRuntimeCpu;
import dev.octavo.quant.target.SchemeBuilder;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.quant.testing.Sweeps;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SolverTest {
    private static final String CONV = "x[1,3,4,4] -> Conv(w[4,3,1,1], b[4]) -> y";
    private static final Solver.Rules RULES = new Solver.Rules(new MinMax(), new AbsMax(), Map.of());

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyIntentGetsItsGridOrAReasonForFloat(long seed) {
        Graph g = RandomGraphs.of(seed);
        Scheme scheme = scheme(g);
        Plan plan = solve(g, scheme, RULES);

        scheme.choices().forEach((site, choice) -> {
            assertThat(plan.grids().containsKey(site))
                    .isNotEqualTo(plan.floats().containsKey(site));
            assertThat(plan.reasons().containsKey(site)).isEqualTo(plan.grids().containsKey(site));
            if (choice instanceof Choice.Quantize q) {
                assertThat(Objects.requireNonNull(plan.grids().get(site)).spec())
                        .isEqualTo(q.spec());
            }
        });
        assertThat(Lowering.lower(g, plan).nodes()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theSameEvidenceGivesTheSamePlan(long seed) {
        Graph g = RandomGraphs.of(seed);
        Solver.Rules rules = new Solver.Rules(new LeastSquares(), new AbsMax(), Map.of());

        assertThat(solve(g, scheme(g), rules)).isEqualTo(solve(g.copy(), scheme(g.copy()), rules));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyBiasCodeFits(long seed) {
        Graph g = RandomGraphs.of(seed);
        Plan plan = solve(g, scheme(g), RULES);

        plan.grids().forEach((site, grid) -> {
            if (grid.spec().bits() == 32) {
                Tensor bias = g.require(site.value()).constant().orElseThrow();
                for (int code : Codes.of(bias, grid).codes()) {
                    assertThat(Math.abs((long) code)).isLessThanOrEqualTo((1L << 30) + 1);
                }
            }
        });
    }

    @Test
    void aBiasHasTheScaleOfInputTimesWeight() {
        Graph g = GraphText.parse(CONV);
        Plan plan = solve(g, scheme(g), RULES);

        Grid bias = grid(plan, "b -> y[2]");
        assertThat(bias.params()).hasSize(4);
        for (int c = 0; c < 4; c++) {
            float expected = grid(plan, "x").channel(0).scale()
                    * grid(plan, "w").channel(c).scale();
            assertThat(bias.channel(c)).isEqualTo(new QuantParams(expected, 0));
        }
    }

    @Test
    void aNearlyDeadChannelMakesRoomForItsBias() {
        Graph g = GraphText.parse(CONV);
        float[] w = g.require("w").constant().orElseThrow().floats();
        w[0] = 1e-20f;
        w[1] = -1e-20f;
        w[2] = 0;
        g.replaceConstant(g.require("w"), Tensor.ofFloats(Shape.of(4, 3, 1, 1), w));
        g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(4), 3f, -0.1f, 0.2f, 0f));

        Plan plan = solve(g, scheme(g), RULES);

        Grid bias = grid(plan, "b -> y[2]");
        float real = Codes.real(Codes.of(g.require("b").constant().orElseThrow(), bias), bias)
                .floats()[0];
        assertThat(real).isCloseTo(3f, org.assertj.core.data.Offset.offset(1e-6f));
    }

    @Test
    void aFixedWeightGridIsNotWidened() {
        Graph g = GraphText.parse(CONV);
        Grid tiny = new Grid(QuantSpec.perTensor(8, true, true), java.util.List.of(new QuantParams(1e-20f, 0)));
        Scheme s = scheme(g).with(Map.of(Site.parse("w"), new Choice.Fixed(tiny, "asked for")));

        Plan plan = solve(g, s, RULES);

        assertThat(grid(plan, "w")).isEqualTo(tiny);
        assertThat(plan.floats().get(Site.parse("b -> y[2]"))).contains("would not fit 32 bits");
    }

    @Test
    void aBiasOfWideGridsHasAScaleOfItsOwnWhereTheProductIsTooSmall() {
        Graph g = GraphText.parse(CONV);
        g.replaceConstant(g.require("b"), Tensor.ofFloats(Shape.of(4), 300f, -0.1f, 0.2f, 0f));
        SchemeOptions wide = new SchemeOptions(16, 16, 32, true, true, false, SchemeOptions.Signs.UNSIGNED);
        Scheme s = SchemeBuilder.build(g, Group.of(g), new OnnxRuntimeCpu(), wide);

        Plan plan = solve(g, s, RULES);

        Tensor w = g.require("w").constant().orElseThrow();
        assertThat(grid(plan, "w")).isEqualTo(ConstantGrids.solve(w, wide.weight(0), RULES.weights()));
        Grid bias = grid(plan, "b -> y[2]");
        assertThat(bias.channel(0).scale()).isEqualTo(300f / (1 << 30));
        assertThat(bias.channel(1).scale())
                .isEqualTo(grid(plan, "x").channel(0).scale()
                        * grid(plan, "w").channel(1).scale());
        Tensor b = g.require("b").constant().orElseThrow();
        assertThat(Codes.real(Codes.of(b, bias), bias).floats()[0]).isEqualTo(300f);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16})
    void aNarrowBiasIsRoundedToAGridOfItsOwn(int bits) {
        Graph g = GraphText.parse(CONV);
        SchemeOptions options = new SchemeOptions(8, 8, bits, true, true, false, SchemeOptions.Signs.UNSIGNED);
        Plan plan = solve(g, SchemeBuilder.build(g, Group.of(g), new OnnxRuntimeCpu(), options), RULES);

        float[] coarse = Objects.requireNonNull(plan.constants().get("b")).floats();
        float[] real = g.require("b").constant().orElseThrow().floats();
        double step = Math.max(Math.abs(max(real)), Math.abs(min(real))) / ((1 << (bits - 1)) - 1);
        for (int i = 0; i < real.length; i++) {
            assertThat((double) coarse[i]).isCloseTo(real[i], org.assertj.core.data.Offset.offset(step / 2 * 1.001));
        }
        assertThat(grid(plan, "b -> y[2]").spec().bits()).isEqualTo(32);
    }

    @Test
    void aBiasFollowsTheGridsThatItsOwnNodeReads() {
        Graph g = GraphText.parse(CONV);
        Grid own = Grid.perTensor(QuantSpec.perTensor(16, false, false), new QuantParams(0.5f, 7));
        Grid weight = Grid.perTensor(QuantSpec.perTensor(8, true, true), new QuantParams(0.25f, 0));
        Scheme s = scheme(g)
                .with(Map.of(
                        Site.parse("x -> y[0]"), new Choice.Fixed(own, "asked for"),
                        Site.parse("w -> y[1]"), new Choice.Fixed(weight, "asked for")));

        assertThat(grid(solve(g, s, RULES), "b -> y[2]").params()).containsExactly(new QuantParams(0.125f, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x -> y[0]", "w", "w -> y[1]"})
    void aBiasStaysFloatWithItsInputOrWeight(String site) {
        Graph g = GraphText.parse(CONV);
        Scheme s = scheme(g).with(Map.of(Site.parse(site), new Choice.KeepFloat("asked for")));

        Plan plan = solve(g, s, RULES);

        assertThat(plan.grids()).doesNotContainKey(Site.parse("b -> y[2]"));
        assertThat(plan.floats().get(Site.parse("b -> y[2]"))).contains("stays in float");
    }

    @Test
    void aGroupedTransposedConvolutionHasAScalePerOutputChannel() {
        Graph g = GraphText.parse("x[1,4,3,3] -> ConvTranspose(w[4,3,2,2], b[6]; group=2) -> y");
        Plan plan = solve(g, scheme(g), RULES);

        assertThat(grid(plan, "w").params()).hasSize(3);
        assertThat(grid(plan, "b -> y[2]").params()).hasSize(6);
        assertThat(grid(plan, "b -> y[2]").channel(5))
                .isEqualTo(grid(plan, "b -> y[2]").channel(2));
        assertThat(Lowering.lower(g, plan).nodes()).isNotEmpty();
    }

    @Test
    void circlesOfSameAsAreRefused() {
        Graph g = GraphText.parse(CONV);
        Scheme s = scheme(g)
                .with(Map.of(
                        Site.parse("x"), new Choice.SameAs(Site.parse("y"), "asked for"),
                        Site.parse("y"), new Choice.SameAs(Site.parse("x"), "asked for")));

        assertThatThrownBy(() -> solve(g, s, RULES))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("the same as itself");
    }

    @Test
    void sharingTheGridOfAFloatValueIsRefused() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> y; x -> Sigmoid -> z");
        Scheme s = new Scheme(new TreeMap<>(Map.of(Site.parse("x"), new Choice.SameAs(Site.parse("z"), "asked for"))));

        assertThatThrownBy(() -> Solver.solve(g, s, Evidence.none("test"), RULES, new Journal()))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("no grid for z");
    }

    @Test
    void aWeightThatIsNotFiniteIsRefused() {
        Graph g = GraphText.parse(CONV);
        g.replaceConstant(g.require("w"), Tensor.ofFloats(Shape.of(1, 3, 1, 1), 1, Float.NaN, 2));

        assertThatThrownBy(() -> Solver.solve(
                        g,
                        new Scheme(new TreeMap<>(Map.of(
                                Site.parse("w"), new Choice.Quantize(QuantSpec.perTensor(8, true, true), "weight")))),
                        Evidence.none("test"),
                        RULES,
                        new Journal()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("holds NaN");
    }

    @Test
    void theMeansOfEveryQuantizedLayersInputAreAskedFor() {
        Graph g = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> c -> MaxPool(; kernel_shape=2,2) -> p"
                + " -> Conv(v[4,4,1,1]) -> d -> GlobalAveragePool -> Flatten -> f -> Gemm(u[4,2]) -> y");

        assertThat(EvidenceNeeds.of(g, scheme(g)).axes())
                .containsEntry("x", java.util.Set.of(1))
                .containsEntry("p", java.util.Set.of(1))
                .containsEntry("f", java.util.Set.of(-1))
                .containsEntry("c", java.util.Set.of());
    }

    private static Scheme scheme(Graph g) {
        return SchemeBuilder.build(g, Group.of(g), new OnnxRuntimeCpu(), SchemeOptions.DEFAULT);
    }

    private static Plan solve(Graph g, Scheme s, Solver.Rules rules) {
        Evidence seen = Sweeps.of(g, EvidenceNeeds.of(g, s), Sweeps.samples(g, 3));
        return Solver.solve(g, s, seen, rules, new Journal());
    }

    private static Grid grid(Plan p, String site) {
        return Objects.requireNonNull(p.grids().get(Site.parse(site)), site);
    }

    private static float max(float... values) {
        float m = values[0];
        for (float v : values) {
            m = Math.max(m, v);
        }
        return m;
    }

    private static float min(float... values) {
        float m = values[0];
        for (float v : values) {
            m = Math.min(m, v);
        }
        return m;
    }
}
