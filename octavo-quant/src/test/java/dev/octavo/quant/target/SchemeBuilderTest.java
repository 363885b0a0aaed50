package dev.octavo.quant.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.target.SchemeOptions.Signs;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemeBuilderTest {
    @Test
    void whatAnIntegerNodeReadsAndGivesHasAGrid() {
        Scheme s = all("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> y");

        assertThat(sites(s)).containsExactly("b -> y[2]", "w", "x", "y");
        assertThat(spec(s, "w")).isEqualTo("s8 symmetric per-channel(0)");
        assertThat(spec(s, "x")).isEqualTo("u8");
        Choice.Bias bias = (Choice.Bias) Objects.requireNonNull(choice(s, "b -> y[2]"));
        assertThat(bias.input()).isEqualTo(Site.parse("x"));
        assertThat(bias.weight()).isEqualTo(Site.parse("w"));
    }

    @Test
    void theValueInsideAGroupHasNoGrid() {
        Scheme s = all("x[1,3,8,8] -> Conv(w[4,3,3,3]) -> c -> Relu -> r -> Clip(0, 6) -> y");

        assertThat(sites(s)).containsExactly("w", "x", "y");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,3,8,8] -> Conv(w[4,3,1,1]) -> Relu -> v -> Conv(u[4,4,1,1]) -> y | u8",
                "x[1,3,8,8] -> Conv(w[4,3,1,1]) -> v -> Conv(u[4,4,1,1]) -> y | s8",
                "x[1,3,8,8] -> Conv(w[4,3,1,1]) -> Clip(-1, 1) -> v -> Conv(u[4,4,1,1]) -> y | s8",
                "x[1,3,8,8] -> Sigmoid -> v -> Conv(u[4,3,1,1]) -> y | u8",
                "x[1,3,8,8] -> Relu -> a; x -> Relu -> b; a, b -> Add -> v -> Conv(u[4,3,1,1]) -> y | u8",
                "x[1,3,8,8] -> Relu -> a; a, x -> Add -> v -> Conv(u[4,3,1,1]) -> y | s8",
                "x[1,3,8,8] -> Relu -> MaxPool(; kernel_shape=2,2) -> GlobalAveragePool -> v -> Conv(u[4,3,1,1]) -> y | u8",
                "x[1,3,8,8] -> Relu -> other::Add -> v -> Conv(u[4,3,1,1]) -> y | s8"
            })
    void autoIsUnsignedWhereValuesCannotBeNegative(String text, String expected) {
        Graph g = GraphText.parse(text);
        Scheme s = SchemeBuilder.build(g, Group.of(g), new OnnxRuntimeCpu(), options(Signs.AUTO));

        assertThat(spec(s, "v")).isEqualTo(expected);
    }

    @Test
    void aConstantThatACallerMayOverrideMayBeNegative() {
        Graph g = GraphText.parse("x[1,3] -> Relu -> a; a, c[1,3] -> Add -> v");
        g.addConstant("c", dev.octavo.core.tensor.Tensor.ofFloats(dev.octavo.core.tensor.Shape.of(1, 3), 1, 2, 3));

        assertThat(NonNegative.of(g)).extracting(Object::toString).containsExactly("a");
    }

    @Test
    void floatReadersOfAFloatValueKeepFloat() {
        Scheme s = only("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> y; x -> Sigmoid -> z", "conv_1");

        assertThat(choice(s, "x -> z[0]")).isInstanceOf(Choice.KeepFloat.class);
        assertThat(choice(s, "x")).isInstanceOf(Choice.Quantize.class);
    }

    @Test
    void floatReadersOfAnIntegerValueReadItsCodes() {
        Scheme s = only("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> y; y -> Sigmoid -> z", "conv_1");

        assertThat(sites(s)).containsExactly("w", "x", "y");
    }

    @Test
    void aWeightThatAFloatNodeSharesStaysFloatThere() {
        Scheme s = only("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> y; x -> Conv(w) -> z", "conv_1");

        assertThat(choice(s, "w")).isInstanceOf(Choice.Quantize.class);
        assertThat(choice(s, "w -> z[1]")).isInstanceOf(Choice.KeepFloat.class);
    }

    @Test
    void aWeightReadAlongTwoAxesGoesByUse() {
        Scheme s = all("x[1,4] -> Gemm(w[4,4]) -> Relu -> y -> Gemm(w; transB=1) -> Relu -> z");

        assertThat(choice(s, "w")).isNull();
        assertThat(s.choices().keySet().stream()
                        .filter(i -> i.value().equals("w"))
                        .map(i -> spec(s, i.toString())))
                .containsExactlyInAnyOrder("s8 symmetric per-channel(1)", "s8 symmetric per-channel(0)");
    }

    @Test
    void whatMovesElementsHasTheGridOfItsInput() {
        Scheme s = all("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> c -> MaxPool(; kernel_shape=2,2) -> p -> Flatten -> f");

        assertThat(sameAs(s, "p")).isEqualTo(Site.parse("c"));
        assertThat(sameAs(s, "f")).isEqualTo(Site.parse("p"));
    }

    @Test
    void whatOnlyAConcatReadsHasItsGrid() {
        Scheme s = all("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> a; x -> Conv(u[4,3,1,1]) -> b; b -> Relu -> r;"
                + " a, b -> Concat(; axis=1) -> y");

        assertThat(sameAs(s, "a")).isEqualTo(Site.parse("y"));
        assertThat(choice(s, "b")).isInstanceOf(Choice.Quantize.class);
        assertThat(choice(s, "y")).isInstanceOf(Choice.Quantize.class);
    }

    @Test
    void aLimitedValueHasTheGridOfAConcatOnlyWhereTheGridEndsAtTheLimit() {
        Scheme s = all("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> Relu -> a; x -> Conv(u[4,3,1,1]) -> Relu -> b;"
                + " a, b -> Concat(; axis=1) -> y");
        Scheme below = all("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> Relu -> a; x -> Conv(u[4,3,1,1]) -> b;"
                + " a, b -> Concat(; axis=1) -> y");
        Scheme above = all("x[1,3,8,8] -> Conv(w[4,3,1,1]) -> Clip(0, 6) -> a; x -> Conv(u[4,3,1,1]) -> Relu -> b;"
                + " a, b -> Concat(; axis=1) -> y");

        assertThat(sameAs(s, "a")).isEqualTo(Site.parse("y"));
        // A grid that goes below 0, or beyond 6, would leave the limit to a float node.
        assertThat(choice(below, "a")).isInstanceOf(Choice.Quantize.class);
        assertThat(sameAs(below, "b")).isEqualTo(Site.parse("y"));
        assertThat(choice(above, "a")).isInstanceOf(Choice.Quantize.class);
        assertThat(sameAs(above, "b")).isEqualTo(Site.parse("y"));
    }

    @Test
    void aGemmThatNobodyReadsInIntegersGivesFloat() {
        Scheme alone = all("x[1,4] -> Gemm(w[4,4], b[4]) -> y");
        Scheme read = all("x[1,4] -> Gemm(w[4,4], b[4]) -> h -> Gemm(u[4,2]) -> y");

        assertThat(choice(alone, "y")).isInstanceOf(Choice.KeepFloat.class);
        assertThat(choice(read, "h")).isInstanceOf(Choice.Quantize.class);
        assertThat(choice(read, "y")).isInstanceOf(Choice.KeepFloat.class);
    }

    @Test
    void aMatMulOfTwoActivationsHasNoWeight() {
        Scheme s = all("a[2,3], b[3,4] -> MatMul -> y");

        assertThat(spec(s, "a")).isEqualTo("u8");
        assertThat(spec(s, "b")).isEqualTo("u8");
    }

    @ParameterizedTest
    @CsvSource({"1, 8, 32", "17, 8, 32", "8, 0, 32", "8, 8, 7", "8, 8, 33"})
    void widthsHaveLimits(int weights, int activations, int biases) {
        assertThatThrownBy(() -> new SchemeOptions(weights, activations, biases, true, true, false, Signs.UNSIGNED))
                .isInstanceOf(RecipeException.class);
    }

    private static Scheme all(String text) {
        Graph g = GraphText.parse(text);
        return SchemeBuilder.build(g, Group.of(g), new OnnxRuntimeCpu(), SchemeOptions.DEFAULT);
    }

    private static Scheme only(String text, String... nodes) {
        Graph g = GraphText.parse(text);
        Set<String> names = Set.copyOf(Arrays.asList(nodes));
        List<Group> groups = Group.of(g).stream()
                .filter(x -> names.contains(x.node().name()))
                .toList();
        return SchemeBuilder.build(g, groups, new OnnxRuntimeCpu(), SchemeOptions.DEFAULT);
    }

    private static SchemeOptions options(Signs signs) {
        return new SchemeOptions(8, 8, 32, true, true, false, signs);
    }

    private static List<String> sites(Scheme s) {
        return s.choices().keySet().stream().map(Site::toString).toList();
    }

    private static @Nullable Choice choice(Scheme s, String site) {
        return s.choices().get(Site.parse(site));
    }

    private static String spec(Scheme s, String site) {
        return choice(s, site) instanceof Choice.Quantize q ? q.spec().toString() : "none";
    }

    private static Site sameAs(Scheme s, String site) {
        return ((Choice.SameAs) Objects.requireNonNull(choice(s, site))).other();
    }
}
