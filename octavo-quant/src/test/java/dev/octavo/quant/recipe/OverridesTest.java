package dev.octavo.quant.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.OnnxRuntimeCpu;
import dev.octavo.quant.target.SchemeBuilder;
import dev.octavo.quant.target.SchemeOptions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {
    private static final String NET = "x[1,3,8,8] -> Conv(a.w[4,3,1,1], a.b[4]; name=a) -> c -> Relu(; name=r) -> h"
            + " -> MaxPool(; name=p kernel_shape=2,2) -> m -> Conv(b.w[2,4,1,1], b.b[2]; name=b) -> y";
    private final Graph graph = GraphText.parse(NET);
    private final Scheme scheme =
            SchemeBuilder.build(graph, Group.of(graph), new OnnxRuntimeCpu(), SchemeOptions.DEFAULT);

    @Test
    void aNodeStandsForWhatLeavesItsGroup() {
        Scheme s = apply(new SiteRule.Bits(new Glob("a"), 16));

        assertThat(bits(s, "h")).isEqualTo(16);
        assertThat(bits(s, "x")).isEqualTo(8);
        assertThat(s.choices().keySet()).isEqualTo(scheme.choices().keySet());
        assertThat(apply(new SiteRule.Bits(new Glob("r"), 16))).isEqualTo(with(s, "r"));
    }

    @Test
    void aValueStandsForItself() {
        assertThat(bits(apply(new SiteRule.Bits(new Glob("h"), 4)), "h")).isEqualTo(4);
        assertThat(bits(apply(new SiteRule.Bits(new Glob("a.w"), 4)), "a.w")).isEqualTo(4);
    }

    @Test
    void aBiasIsFoundByItsName() {
        Scheme s = apply(new SiteRule.Bits(new Glob("a.b"), 16));

        assertThat(((Choice.Bias) choice(s, "a.b -> c[2]")).bits()).isEqualTo(16);
        Scheme kept = apply(new SiteRule.KeepFloat(new Glob("a.b")));
        assertThat(choice(kept, "a.b -> c[2]")).isInstanceOf(Choice.KeepFloat.class);
    }

    @Test
    void keepFloatOnANodeIsForItsWholeGroup() {
        assertThat(floatNodes("a")).containsExactlyInAnyOrder("a");
        assertThat(floatNodes("r")).containsExactlyInAnyOrder("a", "r");
        assertThat(floatNodes("h")).isEmpty();
    }

    @Test
    void keepFloatOnAValueKeepsWhatHadItsGrid() {
        Scheme s = apply(new SiteRule.KeepFloat(new Glob("h")));

        assertThat(choice(s, "h")).isInstanceOf(Choice.KeepFloat.class);
        assertThat(choice(s, "m")).isInstanceOf(Choice.KeepFloat.class);
        assertThat(choice(s, "m").because()).contains("h, whose grid it had");
    }

    @Test
    void keepFloatOnOneUseLeavesTheValue() {
        Scheme s = apply(new SiteRule.KeepFloat(new Glob("x -> c[0]")));

        assertThat(choice(s, "x -> c[0]")).isInstanceOf(Choice.KeepFloat.class);
        assertThat(choice(s, "x")).isInstanceOf(Choice.Quantize.class);
    }

    @Test
    void aGlobWithoutAnArrowNamesNoUses() {
        Scheme s = apply(new SiteRule.Fixed(new Glob("x*"), 8, 0.1, OptionalInt.of(3), Optional.empty()));

        assertThat(s.choices().keySet()).isEqualTo(scheme.choices().keySet());
        assertThat(((Choice.Fixed) choice(s, "x")).grid().params()).containsExactly(new QuantParams(0.1f, 3));
    }

    @Test
    void laterRulesWin() {
        Scheme s = apply(
                new SiteRule.Bits(new Glob("h"), 16),
                new SiteRule.KeepFloat(new Glob("y")),
                new SiteRule.Bits(new Glob("h"), 4));

        assertThat(bits(s, "h")).isEqualTo(4);
        assertThat(choice(s, "h").because()).contains("'h'");
    }

    @ParameterizedTest
    @CsvSource({"true, , s8 symmetric", ", , s8 symmetric", ", 0, u8 symmetric", ", 7, u8", ", -7, s8", "true, 7, s8"})
    void aFixedGridIsSignedUnlessItsZeroPointSaysOtherwise(Boolean signed, Integer zero, String expected) {
        SiteRule.Fixed f = new SiteRule.Fixed(
                new Glob("x"),
                8,
                0.5,
                zero == null ? OptionalInt.empty() : OptionalInt.of(zero),
                Optional.ofNullable(signed));

        assertThat(f.grid().spec()).hasToString(expected);
    }

    @Test
    void sharesAGridWithAnotherValue() {
        Scheme s = apply(new SiteRule.SameAs(new Glob("x"), "y"));

        assertThat(((Choice.SameAs) choice(s, "x")).other()).isEqualTo(Site.parse("y"));
    }

    @Test
    void aNameThatDoesNotExistIsAnErrorWithTheNearestOnes() {
        assertThatThrownBy(() -> apply(new SiteRule.KeepFloat(new Glob("a.v"))))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("'a.v' matches no node and no value")
                .extracting(e -> ((RecipeException) e).fix())
                .asString()
                .contains("a.b, a.w");
        assertThatThrownBy(() -> apply(new SiteRule.SameAs(new Glob("x"), "nowhere")))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> apply(new SiteRule.KeepFloat(new Glob("x -> h[0]"))))
                .isInstanceOf(RecipeException.class);
    }

    @Test
    void gridsThatCannotBeAreRecipeErrors() {
        Glob x = new Glob("x");
        assertThatThrownBy(() -> new SiteRule.Bits(x, 1)).isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> new SiteRule.Bits(x, 40)).isInstanceOf(RecipeException.class);
        for (double scale : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e-60, 1e60}) {
            assertThatThrownBy(() -> new SiteRule.Fixed(x, 8, scale, OptionalInt.empty(), Optional.empty()))
                    .isInstanceOf(RecipeException.class);
        }
        assertThatThrownBy(() -> new SiteRule.Fixed(x, 8, 1, OptionalInt.of(300), Optional.empty()))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("zero point 300");
    }

    private Scheme apply(SiteRule... rules) {
        return new Overrides(graph, List.of(rules)).apply(scheme);
    }

    private List<String> floatNodes(String glob) {
        return new Overrides(graph, List.of(new SiteRule.KeepFloat(new Glob(glob))))
                .floatNodes().stream().map(Node::name).toList();
    }

    /* The same scheme, as asked for by another name. */
    private static Scheme with(Scheme s, String name) {
        Choice.Quantize q = (Choice.Quantize) choice(s, "h");
        return s.with(java.util.Map.of(
                Site.parse("h"), new Choice.Quantize(q.spec(), q.because().replace("'a'", "'" + name + "'"))));
    }

    private static Choice choice(Scheme s, String site) {
        return Objects.requireNonNull(s.choices().get(Site.parse(site)), site);
    }

    private static int bits(Scheme s, String site) {
        return ((Choice.Quantize) choice(s, site)).spec().bits();
    }
}
